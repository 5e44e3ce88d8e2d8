import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { publish, withFileLock } from './lock.ts'
import { serversFolder } from './maven.ts'
import { removeTemporary, temporaryFolder } from './process.ts'
import { type BrokerPlace, propertiesFile, serverProperties } from './properties.ts'
import { runJava } from './toolchain.ts'

export interface FormatOptions {
  /** The folder of Kafka's jars. */
  readonly jars: string
  readonly version: string
  readonly clusterId: string
  readonly place: BrokerPlace
}

/**
 * Formats a broker's data folder. Kafka's own tool runs once per version; what it writes into `bootstrap.checkpoint`
 * (the cluster's features) is the same for every cluster, and the ids beside it are plain text, so further folders
 * are made from that one: a JVM start less for every broker.
 */
export async function format({ jars, version, clusterId, place }: FormatOptions): Promise<void> {
  const template = await formatted(jars, version)
  const data = join(place.folder, 'data')
  await mkdir(data, { recursive: true })
  await copyFile(join(template, checkpoint), join(data, checkpoint))
  const ids = { version: '1', 'cluster.id': clusterId, 'node.id': String(place.id), 'directory.id': kafkaUuid() }
  await writeFile(join(data, 'meta.properties'), propertiesFile(ids))
}

/** 16 random bytes as Kafka writes its ids. The first bit is off: a leading `-` would read as an option. */
export function kafkaUuid(): string {
  const bytes = randomBytes(16)
  bytes.writeUInt8(bytes.readUInt8(0) & 0x7f, 0)
  return bytes.toString('base64url')
}

const checkpoint = 'bootstrap.checkpoint'

async function formatted(jars: string, version: string): Promise<string> {
  const final = join(serversFolder(), `kafka-${version}-formatted`)
  return withFileLock(`${final}.lock`, async () => {
    if (existsSync(join(final, checkpoint))) return final
    const work = await temporaryFolder('format', serversFolder())
    try {
      const place: BrokerPlace = { id: 1, port: 1, controllerPort: 2, folder: work }
      const config = join(work, 'server.properties')
      await writeFile(config, propertiesFile(serverProperties(place, [place], { quorum: 'kraft', version })))
      const tool = ['kafka.tools.StorageTool', 'format', '-t', kafkaUuid(), '-c', config, ...features(version)]
      await runJava(['-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-cp', `${jars}/*`, ...tool])
      await publish(join(work, 'data'), final)
      return final
    } finally {
      await removeTemporary(work)
    }
  })
}

/** A cluster of 4.2 and later has share and streams groups when it was formatted with them. */
function features(version: string): readonly string[] {
  const without = /^(3|4\.[01])\./.test(version)
  return without ? [] : ['--feature', 'share.version=1', '--feature', 'streams.version=1']
}
