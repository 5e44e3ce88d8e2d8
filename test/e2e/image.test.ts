import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { until } from '../clients/until.ts'
import { buildImage, type Image } from '../image/build.ts'
import { readDockerfile } from '../image/dockerfile.ts'
import { readTopic } from '../live/cleanTopic.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { freePort } from '../servers/ports.ts'

/*
 * The image without an engine: its root in a chroot, read-only, with a process namespace of its own, as the image's user. The
 * network is this machine's. Not here: pulling a base, an engine's own limits and its networks.
 */

let home: string
let image: Image
let kafka: Kafka

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'koff-image-'))
  ;[image, kafka] = await Promise.all([buildImage(home), startKafka()])
}, 600_000)

afterAll(async () => {
  await kafka.stop()
  rmSync(home, { recursive: true, force: true })
})

/** A container of the image with these arguments and variables. `mounts` are folders of this machine. */
function start(
  command: readonly string[],
  { variables = {}, mounts = {} }: { variables?: Record<string, string>; mounts?: Record<string, string> } = {},
) {
  const { User, WorkingDir, Env } = image.config
  for (const at of Object.values(mounts)) mkdirSync(join(image.folder, at), { recursive: true })
  const steps = [
    'root=$1; shift',
    'mount --bind "$root" "$root"',
    'mount -o remount,bind,ro "$root"',
    'mount -t tmpfs tmpfs "$root/tmp"',
    'mount -t proc proc "$root/proc"',
    'mount --rbind /dev "$root/dev"',
    ...Object.entries(mounts).map(([from, at]) => `mount --bind -o ro "${from}" "$root${at}"`),
    `exec chroot --userspec=${User} "$root" /usr/bin/env -i -C ${WorkingDir} "$@"`,
  ]
  const environment = [...Env, ...Object.entries(variables).map(([key, value]) => `${key}=${value}`)]
  const own = ['--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child']
  const script = ['sh', '-euc', steps.join('\n'), 'sh', image.folder]
  const child = spawn('unshare', [...own, ...script, ...environment, ...command], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (output += text))
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const first = () => Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')[0])
  return {
    output: () => output,
    running: () => child.exitCode === null && child.signalCode === null,
    ended,
    /** To process 1 of the container, as an engine stops it. */
    stop() {
      process.kill(first(), 'SIGTERM')
    },
    async [Symbol.asyncDispose]() {
      // A change of user takes the death signal of --kill-child away, so the first process is killed, and with it all others.
      if (child.exitCode === null && child.signalCode === null) process.kill(first(), 'SIGKILL')
      await ended
    },
  }
}

async function run(command: readonly string[], variables: Record<string, string> = {}) {
  const container = start(command, { variables })
  const [code] = await container.ended
  return { code, output: container.output() }
}

describe('the image', () => {
  test('is smaller than 250 MB', () => {
    const { compressed, uncompressed } = image
    process.stdout.write(`image: ${(compressed / 1e6).toFixed(0)} MB, unpacked ${(uncompressed / 1e6).toFixed(0)} MB\n`)
    expect(compressed).toBeLessThan(250e6)
  })

  test('has its base as an argument, stages, labels, an init, a health check and a user who is not root', () => {
    const stages = readDockerfile()
    expect(stages.length).toBeGreaterThan(2)
    expect(stages.slice(1).map(([from]) => from?.text.split(' ')[0])).toEqual(['${BASE}', '${BASE}'])
    const { config } = image
    expect(config.User).toBe('10001:10001')
    expect(config.Entrypoint[0]).toBe('tini')
    expect(config.Labels).toMatchObject({
      'org.opencontainers.image.version': packageJson.version,
      'org.opencontainers.image.licenses': packageJson.license,
      'org.opencontainers.image.source': packageJson.repository.url.replace(/^git\+|\.git$/g, ''),
    })
    expect(readDockerfile().at(-1)).toContainEqual({ name: 'ARG', text: `VERSION=${packageJson.version}` })
  })

  test('runs koff without arguments for help, and as a user who can write nowhere', async () => {
    const { Entrypoint, Cmd } = image.config
    const help = await run([...Entrypoint, ...Cmd])
    expect(help.output).toContain('Usage: koff')
    expect(help.code).toBe(0)
    const who = await run(['sh', '-c', 'id -u; touch /opt/koff/x || echo read-only; touch /tmp/x && echo temporary'])
    expect(who.output).toMatch(/^10001\n.*read-only\n.*temporary\n/s)
  })

  test('starts, is healthy, delivers, and stops within 2 s', async () => {
    const port = await freePort()
    const etc = join(home, 'etc')
    mkdirSync(etc)
    chmodSync(home, 0o755)
    writeFileSync(join(etc, 'koff.yaml'), 'sinks: [{ type: kafka, topic: koff.events, format: json, partitions: 1 }]\n')
    const variables = {
      KOFF_BROKERS: kafka.bootstrap,
      KOFF_HTTP_PORT: String(port),
      KOFF_HTTP_HOST: '127.0.0.1',
    }
    const { Entrypoint, Healthcheck } = image.config
    const command = [...Entrypoint, 'run', '-c', '/etc/koff/koff.yaml']
    await using container = start(command, { variables, mounts: { [etc]: '/etc/koff' } })
    const check = Healthcheck.Test.slice(1)
    expect((await run(check, { KOFF_HTTP_PORT: String(await freePort()) })).code).toBe(1)
    await until({
      what: 'healthy',
      ask: async () => {
        if (!container.running()) throw new Error(container.output())
        return run(check, variables)
      },
      good: ({ code }) => code === 0,
      withinMs: 60_000,
    })
    const { NOTHING } = kafkajs.logLevel
    const admin = new kafkajs.Kafka({ brokers: [...kafka.brokers], clientId: 'test', logLevel: NOTHING }).admin()
    await admin.connect()
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'orders', numPartitions: 1 }] })
    await admin.setOffsets({ groupId: 'shop', topic: 'orders', partitions: [{ partition: 0, offset: '1' }] })
    const topics = async () => admin.listTopics()
    await until({ what: 'the topic of the events', ask: topics, good: found => found.includes('koff.events') })
    await admin.disconnect()
    await until({
      what: 'the events of a group',
      ask: () => readTopic({ brokers: kafka.brokers, topic: 'koff.events' }),
      good: found => found.some(({ value }) => String(value).includes('"group":"shop"')),
      withinMs: 60_000,
    })
    const begin = performance.now()
    container.stop()
    expect(await container.ended).toEqual([0, null])
    expect(performance.now() - begin).toBeLessThan(2_000)
  })
})
