import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { clusterOf } from '../servers/cluster.ts'
import { format, kafkaUuid } from '../servers/format.ts'
import { kafkaJars, serversFolder } from '../servers/maven.ts'
import { freePort } from '../servers/ports.ts'
import { removeTemporary, startProcess, temporaryFolder } from '../servers/process.ts'
import { propertiesFile, serverProperties } from '../servers/properties.ts'
import { startServer } from '../servers/server.ts'
import { requireJava } from '../servers/toolchain.ts'
import { versions } from '../servers/versions.ts'

/** A broker whose data outlives it, so that millions of records are written once. */
export interface BenchBroker extends AsyncDisposable {
  readonly bootstrap: string
  readonly port: number
  /** Segment files: `<dataFolder>/__consumer_offsets-0/*.log`. */
  readonly dataFolder: string
}

export const offsetsPartitions = 8

/** A name under which filled data is kept, in `.servers/` of the checkout. */
export function dataFolderOf(name: string): string {
  return join(serversFolder(), `bench-${versions.kafka}-${name}`, 'data')
}

/**
 * One broker of the tests' Kafka version, on the data in `dataFolder`. Without such data, an empty broker is first given
 * to `fill`; its data gets the name only when `fill` has gone well and the broker has ended in order.
 */
export async function startBenchBroker(
  dataFolder: string,
  fill: (broker: BenchBroker) => Promise<void>,
): Promise<BenchBroker> {
  await requireJava()
  const folder = dirname(dataFolder)
  if (!existsSync(folder)) {
    const work = `${folder}-filling`
    await rm(work, { recursive: true, force: true })
    await mkdir(work, { recursive: true })
    const jars = await kafkaJars()
    const place = { id: 1, port: 0, controllerPort: 0, folder: work }
    await format({ jars, version: versions.kafka, clusterId: kafkaUuid(), place })
    {
      await using broker = await launch(work)
      await fill(broker)
    }
    await rename(work, folder)
  }
  return launch(folder)
}

async function launch(folder: string): Promise<BenchBroker> {
  const jars = await kafkaJars()
  const place = { id: 1, port: await freePort(), controllerPort: await freePort(), folder }
  const address = `127.0.0.1:${place.port}`
  const run = await temporaryFolder('bench')
  const config = join(run, 'server.properties')
  const settings = { quorum: 'kraft', version: versions.kafka, offsetsPartitions, properties: keptAsItIs } as const
  await writeFile(config, propertiesFile(serverProperties(place, [place], settings)))
  const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'
  const server = await startServer({
    what: 'the broker of the benchmark',
    launch: () =>
      startProcess({
        command: 'java',
        args: ['-Xms512m', '-Xmx2g', '-XX:+UseSerialGC', quiet, '-cp', `${jars}/*`, 'kafka.Kafka', config],
        folder: run,
      }),
    probe: async () => void (await clusterOf(address, { brokers: 1 })),
    remove: () => removeTemporary(run),
    failure: 'BROKER_UNREACHABLE',
  })
  const end = async () => {
    await server.shutdown()
    await server.stop()
  }
  return {
    bootstrap: address,
    port: place.port,
    dataFolder: join(folder, 'data'),
    [Symbol.asyncDispose]: end,
  }
}

/**
 * Nothing may be added to the log or taken away by itself, neither while it is filled nor years later: no compaction, no
 * expiry of offsets, no member that is given up. And one batch a request, as it is where clients are not in a hurry.
 */
const keptAsItIs = {
  'log.cleaner.enable': 'false',
  'offsets.retention.minutes': '2147483647',
  'offsets.retention.check.interval.ms': '2147483647',
  'group.coordinator.append.linger.ms': '0',
  'group.max.session.timeout.ms': '86400000',
  'group.consumer.session.timeout.ms': '3600000',
  'group.consumer.max.session.timeout.ms': '3600000',
  'group.share.session.timeout.ms': '3600000',
  'group.share.max.session.timeout.ms': '3600000',
}
