import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cleaned, eagerCleaner, keepAll } from '../chaos/compaction.ts'
import { loadTopic } from '../chaos/load.ts'
import { endOf } from '../chaos/lostTopics.ts'
import { commitSentinel, offsetsPartitions, openStage, type Stage } from '../chaos/stage.ts'
import { until } from '../clients/until.ts'
import { type KoffProcess, startKoff } from './koff.ts'
import { partitionOf } from './partitionOf.ts'
import { type EventLine, eventsIn } from './watch.ts'

const say = (line: string) => void process.stdout.write(`unfit state: ${line}\n`)
let stage: Stage

beforeAll(async () => {
  stage = await openStage({ properties: eagerCleaner, say })
})
afterAll(() => stage[Symbol.asyncDispose]())

/** A name that is in partition 0 of `__consumer_offsets`, where these tests do what they do. */
function nameInFirst(prefix: string): string {
  for (let number = 0; ; number++) {
    const name = `${prefix}-${number}`
    if (partitionOf(name, offsetsPartitions) === 0) return name
  }
}

async function stop(instance: KoffProcess): Promise<void> {
  instance.kill('SIGTERM')
  expect(await instance.ended).toEqual([0, null])
}

const read = async () => (await stage.read()).map(({ value }) => value as EventLine)

test('a partition that ends below the stored position is refused; discarded, it is read as for the first time, and only it', async () => {
  const { admin, kafka } = stage
  await stop(await settledInstance())
  await kafka.shutdown()
  rmSync(join(kafka.dataFolder, '__consumer_offsets-0'), { recursive: true })
  await kafka.start()
  await commitSentinel(admin, 0)
  const refused = await endOf(stage.startInstance())
  say(refused.reason)
  expect(refused).toEqual({
    code: 1,
    reason: expect.stringMatching(
      /^__consumer_offsets 0 (?:ends at offset \d+|was truncated to offset 0 and grew again), and koff had read it to offset \d+: .*--reset-unusable-state/,
    ),
  })
  const caughtUp = async () => (await read()).filter(({ type }) => type === 'koff-caught-up')
  const before = (await caughtUp()).length
  const again = stage.startInstance({ args: ['--reset-unusable-state'] })
  await stage.settled()
  await stop(again)
  expect((await caughtUp()).slice(before).map(({ source }) => source.partition)).toEqual([0])
})

async function settledInstance(): Promise<KoffProcess> {
  const instance = stage.startInstance()
  await stage.settled()
  return instance
}

test('a state in a local file is held against the log as well', async () => {
  const { admin, kafka } = stage
  const home = dirname(stage.config)
  const file = join(home, 'local.yaml')
  const lines = [
    'name: local',
    `kafka: { brokers: '${kafka.bootstrap}' }`,
    `state: { dir: '${join(home, 'local-state')}' }`,
    'sinks: [{ type: stdout, format: json }]',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const run = (...args: readonly string[]) => startKoff(['run', '-c', file, ...args])
  const settled = async (instance: KoffProcess) => {
    for (let partition = 0; partition < offsetsPartitions; partition++) {
      const group = await commitSentinel(admin, partition)
      await instance.line(line => line.includes(`"group":"${group}"`))
    }
  }

  const gone = nameInFirst('local-gone')
  await admin.alterOffsets(gone, { [loadTopic]: { 0: 1 } })
  await using first = run()
  await settled(first)
  await stop(first)
  await admin.deleteGroups(gone)
  await cleaned(stage, { 'delete.retention.ms': '1000' })
  await cleaned(stage)
  await keepAll(stage)
  await using second = run()
  await settled(second)
  await stop(second)
  const ended = eventsIn(second.lines()).filter(({ group }) => group === gone)
  expect(ended.map(({ id, type }) => `${id.replace(/^0-\d+/, '0-P')} ${type}`)).toEqual([
    '0-P-gone-0 offset-deleted',
    '0-P-gone-1 group-deleted',
  ])

  await admin.deleteTopics('__consumer_offsets')
  await until({
    what: '__consumer_offsets made again',
    ask: () => admin.deleteGroups('nobody').catch(String),
    good: answer => String(answer).includes('GroupIdNotFound'),
  })
  const refused = await endOf(run())
  expect(refused).toEqual({
    code: 1,
    reason: expect.stringContaining('was deleted and created again since koff stored its state'),
  })
  await using third = run('--reset-unusable-state')
  await settled(third)
  await stop(third)
  expect(eventsIn(third.lines()).filter(({ type }) => type === 'koff-caught-up')).toHaveLength(offsetsPartitions)
})
