import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KoffError } from '../../src/base/errors.ts'
import { publish, withFileLock } from './lock.ts'
import { removeTemporary, temporaryFolder } from './process.ts'
import { requireJava, runMaven } from './toolchain.ts'
import { versions } from './versions.ts'

export interface Download {
  /** What is being downloaded, for people: `Kafka 4.3.0`. */
  readonly what: string
  readonly files: number
  readonly bytes: number
}

export interface DownloadOptions {
  /** Called as files arrive; never called when everything is there already. */
  readonly onProgress?: (download: Download) => void
}

/**
 * The folder of the jars of one Kafka version: broker, clients, tools and Kafka Streams; of a 2.x the broker alone,
 * with ZooKeeper. Class path: `<folder>/*`.
 */
export async function kafkaJars(version: string = versions.kafka, options: DownloadOptions = {}): Promise<string> {
  const broker = `org.apache.kafka:kafka_2.13:${version}`
  const more = version.startsWith('2.')
    ? [log4j]
    : [`org.apache.kafka:kafka-tools:${version}`, `org.apache.kafka:kafka-streams:${version}`]
  const get = { jars: [broker, ...more, slf4j] }
  return fetched({ folder: `kafka-${version}`, what: `Kafka ${version}`, get }, options)
}

/** The folder of the jars that Java clients need: Kafka's clients and Streams, and Avro. Class path: `<folder>/*`. */
export async function clientJars(options: DownloadOptions = {}): Promise<string> {
  return fetched(
    {
      folder: `clients-${versions.kafka}`,
      what: `Java clients ${versions.kafka}`,
      get: {
        jars: [
          // First: of two versions equally deep in the tree of dependencies, Maven takes the one named first.
          `com.fasterxml.jackson.core:jackson-databind:${versions.jackson}`,
          `org.apache.kafka:kafka-clients:${versions.kafka}`,
          `org.apache.kafka:kafka-streams:${versions.kafka}`,
          `org.apache.avro:avro:${versions.avro}`,
          slf4j,
        ],
      },
    },
    options,
  )
}

/** The folder of the jars of Flink SQL in one process, with its Kafka connector and Confluent's Avro. Class path: `<folder>/*`. */
export async function flinkJars(options: DownloadOptions = {}): Promise<string> {
  const flink = ['flink-clients', 'flink-table-api-java-bridge', 'flink-table-planner-loader', 'flink-table-runtime']
  return fetched(
    {
      folder: `flink-${versions.flink}`,
      what: `Flink ${versions.flink}`,
      get: {
        jars: [
          ...[...flink, 'flink-connector-base', 'flink-sql-avro-confluent-registry'].map(
            name => `org.apache.flink:${name}:${versions.flink}`,
          ),
          `org.apache.flink:flink-connector-kafka:${versions.flinkKafka}`,
          slf4j,
        ],
      },
    },
    options,
  )
}

/** The folder of Apicurio Registry: holds `*-runner.jar`, to be started in that folder. */
export async function registryHome(options: DownloadOptions = {}): Promise<string> {
  return fetched(
    {
      folder: `registry-${versions.registry}`,
      what: `Apicurio Registry ${versions.registry}`,
      get: { archive: `io.apicurio:apicurio-registry-app:${versions.registry}:tar.gz:all` },
    },
    options,
  )
}

/** The path of the redis-server binary that Maven Central carries for this machine. */
export async function embeddedRedis(options: DownloadOptions = {}): Promise<string> {
  const folder = await fetched(
    {
      folder: `redis-${versions.embeddedRedis}`,
      what: `Redis (embedded-redis ${versions.embeddedRedis})`,
      get: { archive: `com.github.codemonstur:embedded-redis:${versions.embeddedRedis}` },
    },
    options,
  )
  const system = platform() === 'darwin' ? 'darwin' : 'linux'
  const machine = arch() === 'arm64' ? 'arm64' : 'amd64'
  const name = (await readdir(folder)).find(
    file => file.startsWith('redis-server') && file.endsWith(`${system}-${machine}`),
  )
  if (name === undefined) {
    throw new KoffError('UNSUPPORTED', `no Redis for ${system} ${machine} in ${folder}: install redis-server`)
  }
  const binary = join(folder, name)
  await chmod(binary, 0o755)
  return binary
}

/** Where downloads are kept: `.servers/` of the checkout, or `KOFF_SERVERS`. */
export function serversFolder(): string {
  return resolve(process.env['KOFF_SERVERS'] ?? fileURLToPath(new URL('../../.servers', import.meta.url)))
}

/** Pinned to the last 2.x: the 3.x ones want the registry's parent pom, which Maven Central does not hold. */
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:2.10'

/** Without a binding of slf4j a broker that does not come up says nothing at all. */
const slf4j = 'org.slf4j:slf4j-simple:1.7.36'

/** Brokers of 2.x do not run without log4j's classes, also where they log to something else. */
const log4j = 'ch.qos.reload4j:reload4j:1.2.26'

interface Wanted {
  readonly folder: string
  readonly what: string
  /** Maven coordinates: jars with all that they depend on, or one archive to unpack. */
  readonly get: { readonly jars: readonly string[] } | { readonly archive: string }
}

/**
 * A folder is made whole under another name and then renamed: one that is there is complete, whatever was killed
 * before, and two processes that want the same one do not see each other's halves.
 */
async function fetched(wanted: Wanted, { onProgress }: DownloadOptions): Promise<string> {
  const home = serversFolder()
  const final = join(home, wanted.folder)
  if (existsSync(final)) return final
  await requireJava()
  await mkdir(home, { recursive: true })
  return withFileLock(`${final}.lock`, async () => {
    if (existsSync(final)) return final
    const work = await temporaryFolder('download', home)
    try {
      const files = join(work, 'files')
      await mkdir(files)
      const { get } = wanted
      await writeFile(join(work, 'pom.xml'), pom('jars' in get ? get.jars : []))
      let count = 0
      let bytes = 0
      await runMaven({
        cwd: work,
        what: wanted.what,
        args: [
          ...('jars' in get ? [`${plugin}:copy-dependencies`] : [`${plugin}:unpack`, `-Dartifact=${get.archive}`]),
          `-DoutputDirectory=${files}`,
        ],
        onDownloaded: size => {
          count += 1
          bytes += size
          onProgress?.({ what: wanted.what, files: count, bytes })
        },
      })
      await publish(files, final)
      return final
    } finally {
      await removeTemporary(work)
    }
  })
}

function pom(jars: readonly string[]): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>koff</groupId>
  <artifactId>servers</artifactId>
  <version>0</version>
  <packaging>pom</packaging>
  <dependencies>
${jars.map(dependency).join('\n')}
  </dependencies>
</project>
`
}

function dependency(coordinates: string): string {
  const [groupId, artifactId, version] = coordinates.split(':')
  return `    <dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version></dependency>`
}
