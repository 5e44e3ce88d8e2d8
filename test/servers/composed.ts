import { once } from 'node:events'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ComposeService, isNamed, readCompose, root } from './compose.ts'
import { embeddedRedis, kafkaJars, registryHome } from './maven.ts'
import { freePort } from './ports.ts'
import { removeTemporary, type ServerProcess, spawnWatched, startProcess, temporaryFolder } from './process.ts'
import { requireJava } from './toolchain.ts'
import { versions } from './versions.ts'

/** The services of docker-compose.yml as processes of this machine. */
export interface Composed extends AsyncDisposable {
  /** `host:port` for whoever is not in a container, of a port that the file publishes. */
  published(port: number): string
  /** `host:port` of a container's own port, as the other containers reach it. */
  inside(service: string, port: number): string
  /** The folder that stands for a volume. */
  volume(name: string): string
  readonly services: Readonly<Record<string, ServerProcess>>
}

/**
 * Starts what docker-compose.yml starts, in its order, each when those that it depends on are healthy: the same programs as
 * in the images, with the file's own variables, command lines and health checks. What containers bring is replaced, and
 * nothing else: an address (`kafka:19092`) becomes a free port of this machine, a volume a folder, the path of a program in
 * an image the same program here. So a name, port, path or variable that is wrong in the file is wrong here, too.
 */
export async function startComposed(): Promise<Composed> {
  await requireJava()
  const { services } = await readCompose()
  const folder = await temporaryFolder('compose')
  const ground = await layGround(services, folder)
  const running: Record<string, ServerProcess> = {}
  const stop = async () => {
    for (const process of Object.values(running).toReversed()) {
      process.signal('SIGKILL')
      await process.exited
    }
    await removeTemporary(folder)
  }
  const started = new Map<string, Promise<void>>()
  const healthy = (name: string): Promise<void> => {
    const starting = started.get(name) ?? start(name)
    started.set(name, starting)
    return starting
  }
  const start = async (name: string): Promise<void> => {
    const service = services[name]
    if (service === undefined) throw new RangeError(`docker-compose.yml: a service depends on ${name}, which is none`)
    await Promise.all(Object.keys(service.depends_on).map(healthy))
    running[name] = await ground.launch(name, service)
    await ground.healthy(name, service, running[name])
  }
  try {
    await Promise.all(Object.keys(services).map(healthy))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    services: running,
    published(port) {
      for (const [name, { ports }] of Object.entries(services)) {
        const mapped = ports.map(mapping => mapping.split(':')).find(([, outside]) => outside === String(port))
        if (mapped !== undefined) return ground.here(name, `localhost:${mapped[2]}`)
      }
      throw new RangeError(`docker-compose.yml publishes no port ${port}`)
    },
    inside: (service, port) => ground.here(service, `${service}:${port}`),
    volume: name => join(folder, name),
    [Symbol.asyncDispose]: stop,
  }
}

const fastAndSmall = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
/** What the image of Kafka gives a cluster that was given no id; any would do. */
const clusterId = '5L6g3nShT-eMCtK--X86sw'
const healthyWithinMs = 150_000

async function layGround(services: Readonly<Record<string, ComposeService>>, folder: string) {
  const jars = await kafkaJars()
  const registry = join(await registryHome(), `apicurio-registry-app-${versions.registry}-runner.jar`)
  const free = await Promise.all(Array.from({ length: 16 }, freePort))
  const ports = new Map<string, number>()
  const portOf = (service: string, port: string | number) => {
    const address = `${service}:${port}`
    const known = ports.get(address) ?? free.pop()
    if (known === undefined) throw new RangeError(`no port left for ${address}`)
    ports.set(address, known)
    return known
  }
  /** What a text of a service says, said of this machine. A listener without a host is on every address of its container. */
  const here = (service: string, text: string) => {
    const names = ['localhost', String.raw`127\.0\.0\.1`, ...Object.keys(services)].join('|')
    const address = new RegExp(String.raw`(?:\b(${names})|(?<=//))([:/])(\d+)`, 'g')
    const atHome = text.replaceAll(address, (_, host: string | undefined, separator: string, port: string) => {
      const of = host !== undefined && host in services ? host : service
      return `127.0.0.1${separator}${portOf(of, port)}`
    })
    return (services[service]?.volumes ?? []).reduce((said, { from, to }) => {
      const path = new RegExp(String.raw`(?<![\w./])${to}(?![\w.-])`, 'g')
      return said.replaceAll(path, join(folder, from))
    }, atHome)
  }
  const environmentOf = (name: string, { environment }: ComposeService): NodeJS.ProcessEnv => ({
    PATH: process.env['PATH'],
    ...Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, here(name, value)])),
  })
  /** By the name that they have in their image. */
  const programs: Readonly<Record<string, readonly string[]>> = {
    '/opt/kafka/bin/kafka-broker-api-versions.sh': [
      'java',
      ...fastAndSmall,
      '-cp',
      `${jars}/*`,
      'org.apache.kafka.tools.BrokerApiVersionsCommand',
    ],
    'redis-server': [await embeddedRedis(), '--bind', '127.0.0.1', '--port', String(portOf('redis', 6379))],
    'redis-cli': [process.execPath, '-e', ask, String(portOf('redis', 6379))],
    node: [process.execPath],
    bash: ['bash'],
  }
  const commandOf = (name: string, [program = '', ...args]: readonly string[]) => {
    const [command, ...first] = programs[program] ?? []
    if (command === undefined) throw new RangeError(`docker-compose.yml: ${name} runs ${program}, which is in no image`)
    // $$ is a $ in the file.
    return { command, args: [...first, ...args.map(arg => here(name, arg).replaceAll('$$', '$'))] }
  }

  /** As `docker/jvm/launch` of Kafka does it: the variables become properties and the storage is formatted. */
  const launchKafka = async (name: string, service: ComposeService) => {
    const env = { ...environmentOf(name, service), CLUSTER_ID: clusterId }
    const configs = (kind: string) => join(folder, 'kafka-config', kind)
    for (const kind of ['default', 'mounted', 'final']) await mkdir(configs(kind), { recursive: true })
    for (const file of ['server.properties', 'log4j2.yaml', 'tools-log4j2.yaml']) {
      await writeFile(join(configs('default'), file), '')
    }
    const java = [...fastAndSmall, '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', `${jars}/*`]
    const folders = ['default', 'mounted', 'final'].flatMap(kind => [`--${kind}-configs-dir`, configs(kind)])
    const setup = { command: 'java', args: [...java, 'kafka.docker.KafkaDockerWrapper', 'setup', ...folders], env }
    const { code, output } = await run(setup)
    if (code !== 0) throw new Error(`Kafka's image makes no configuration of docker-compose.yml: ${output}`)
    const properties = join(configs('final'), 'server.properties')
    return startProcess({ command: 'java', args: [...java, 'kafka.Kafka', properties], env, folder })
  }

  const launch = async (name: string, service: ComposeService): Promise<ServerProcess> => {
    const { command = [], volumes } = service
    const env = environmentOf(name, service)
    for (const { from } of volumes.filter(isNamed)) await mkdir(join(folder, from), { recursive: true })
    const [image = ''] = service.image.split(':')
    switch (image) {
      case 'apache/kafka':
        return launchKafka(name, service)
      case 'apicurio/apicurio-registry': {
        // Where the image listens unless told otherwise.
        const http = { QUARKUS_HTTP_HOST: '127.0.0.1', QUARKUS_HTTP_PORT: String(portOf(name, 8080)) }
        return startProcess({
          command: 'java',
          args: [...fastAndSmall, '-jar', registry],
          env: { ...http, ...env },
          folder,
        })
      }
      case 'redis':
        return startProcess({ ...commandOf(name, command), env, folder: here(name, '/data') })
      case 'koff': {
        // A number by itself is no address that could be told from others.
        const http = { KOFF_HTTP_PORT: String(portOf(name, env['KOFF_HTTP_PORT'] ?? '')), KOFF_HTTP_HOST: '127.0.0.1' }
        for (const { from } of volumes.filter(one => !isNamed(one)))
          await cp(join(root, from), join(folder, from), { recursive: true })
        const args = [join(root, 'bin/koff.js'), ...command.map(word => here(name, word))]
        const place = { folder: join(folder, 'koff'), temporary: folder }
        await mkdir(place.folder)
        return startProcess({ command: process.execPath, args, env: { ...env, ...http }, ...place })
      }
      default:
        throw new RangeError(`docker-compose.yml: nothing here stands for ${service.image}`)
    }
  }

  const healthy = async (name: string, { healthcheck }: ComposeService, server: ServerProcess) => {
    const [, ...check] = healthcheck.test
    const deadline = performance.now() + healthyWithinMs
    for (;;) {
      const { code, output } = await run(commandOf(name, check))
      if (code === 0) return
      const how = `${name} is not healthy: ${check.join(' ')}: exit code ${code}: ${output}\n${server.output()}`
      if (!server.running() || performance.now() > deadline) throw new Error(how)
      await sleep(250)
    }
  }
  return { here, launch, healthy }
}

/** One word to Redis, as redis-cli sends it: fails where the answer is an error. */
const ask = `
const [port, ...words] = process.argv.slice(1)
const socket = require('node:net').connect(Number(port), '127.0.0.1', () => socket.write(words.join(' ') + '\\r\\n'))
socket.once('error', () => process.exit(1)).once('data', data => process.exit(data[0] === 43 ? 0 : 1))
`

async function run(options: Parameters<typeof spawnWatched>[0]): Promise<{ code: number | null; output: string }> {
  const child = spawnWatched(options)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', text => (output += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output: output.slice(-4_000) }
}
