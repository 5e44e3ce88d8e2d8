import { describe, expect, it } from 'vitest'
import { noLog } from '../../src/base/log.ts'
import type { Deployment } from '../../src/delivery/deployment.ts'
import { runService } from '../../src/delivery/runDelivery.ts'
import { deliveryKey, type StoredDelivery } from '../../src/delivery/storedDelivery.ts'
import { Fold } from '../../src/engine/fold.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { partitionKey, type StoredPartition } from '../../src/state/stored/entry.ts'
import { until } from '../clients/until.ts'
import { batchOf, commitOf, type TestRecord } from '../state/batchOf.ts'
import { anyDeployment, givenOwnership, type MemoryLog, type MemoryOutput, memoryLog, memoryOutput } from './memory.ts'

const types = new Set([
  'group-snapshot',
  'koff-caught-up',
  'group-created',
  'offset-committed',
  'offset-deleted',
  'group-deleted',
  'koff-undecodable',
] as const)
const begin = 1_800_000_000_000
const hour = 3_600_000

interface Run {
  readonly deployment?: Deployment
  /** ms since the epoch. */
  readonly now?: () => number
  readonly lines?: string[]
  readonly accept?: (event: KoffEvent) => boolean
}

/** A service of partition 0 that runs until it is stopped. */
function start(
  log: MemoryLog,
  output: MemoryOutput,
  { deployment = anyDeployment, now = () => begin, lines = [], accept = () => true }: Run = {},
) {
  const stopped = new AbortController()
  const note = (line: string) => void lines.push(line)
  const ended = runService({
    fold: new Fold({ cluster: 'c1', history: 'until-start', types, tracksChanges: true }),
    output,
    ownership: givenOwnership([0]),
    sourceLog: log.sourceLog,
    deployment,
    accept,
    openSource: (positions, told) => log.open(positions, told),
    signal: stopped.signal,
    log: { ...noLog, info: note, warn: note },
    stateEveryMs: 5,
    now,
  })
  ended.catch(() => undefined)
  return {
    ended,
    stop: async () => {
      stopped.abort()
      await ended
    },
  }
}

let offsets = 0
function batch(...records: readonly TestRecord[]) {
  const made = { kind: 'batch', batch: batchOf(records, { baseOffset: offsets, timestamp: begin }) } as const
  offsets += records.length
  return made
}

async function seen(output: MemoryOutput, type: string, count = 1): Promise<void> {
  await until({
    what: `${count} ${type}`,
    ask: async () => output.events.filter(event => event.type === type).length,
    good: found => found >= count,
    withinMs: 10_000,
  })
}

function told(output: MemoryOutput, from = 0): string[] {
  return output.events.slice(from).map(({ id, type, group }) => `${id} ${type} ${group}`)
}

const storedDelivery = (output: MemoryOutput) =>
  JSON.parse(output.stored.get(0)?.get(deliveryKey) ?? 'null') as StoredDelivery | null
const storedPartition = (output: MemoryOutput) =>
  JSON.parse(output.stored.get(0)?.get(partitionKey) ?? 'null') as StoredPartition | null

/** A state that was stored at `begin` with groups a and b in it, and its log. */
async function withGroups(log: MemoryLog, run: Run = {}) {
  offsets = 0
  const output = memoryOutput()
  const service = start(log, output, run)
  await seen(output, 'koff-caught-up')
  log.append(batch(commitOf('a', 't', 0, 1)), batch(commitOf('b', 't', 0, 1)))
  await seen(output, 'group-created', 2)
  await service.stop()
  return { output, made: output.events.length }
}

describe('a koff that was away', () => {
  it('for less time than tombstones are kept continues from its position', async () => {
    const log = memoryLog()
    const { output, made } = await withGroups(log)
    log.clean(({ baseOffset }) => baseOffset > 0)
    log.append(batch(commitOf('c', 't', 0, 1)))
    const service = start(log, output, { now: () => begin + 24 * hour })
    await seen(output, 'group-created', 3)
    await service.stop()
    expect(told(output, made)).toEqual(['0-2-0 group-created c', '0-2-1 offset-committed c'])
  })

  it('for longer first ends the keys without a record in the log, and logs that', async () => {
    const log = memoryLog()
    const { output, made } = await withGroups(log)
    log.append(batch(commitOf('c', 't', 0, 1)))
    log.clean(({ baseOffset }) => baseOffset > 0)
    const lines: string[] = []
    const now = begin + 25 * hour
    const service = start(log, output, { now: () => now, lines })
    await seen(output, 'group-created', 3)
    await service.stop()
    expect(told(output, made)).toEqual([
      '0-2-gone-0 offset-deleted a',
      '0-2-gone-1 group-deleted a',
      '0-2-0 group-created c',
      '0-2-1 offset-committed c',
    ])
    expect(lines).toContain(
      'partition 0: it is 25.0 h since koff last read to its end, and tombstones are kept for 24.0 h; koff reads it again from its start, to find groups and offsets that ended meanwhile',
    )
    expect(storedDelivery(output)?.currentAt).toBeGreaterThanOrEqual(now)
  })

  it('twice from the same position gives what ended numbers that go on', async () => {
    const log = memoryLog()
    const { output, made } = await withGroups(log)
    log.clean(({ baseOffset }) => baseOffset > 0)
    const first = start(log, output, { now: () => begin + 25 * hour })
    await seen(output, 'group-deleted')
    await first.stop()
    log.clean(() => false)
    const second = start(log, output, { now: () => begin + 50 * hour })
    await seen(output, 'group-deleted', 2)
    await second.stop()
    expect(told(output, made)).toEqual([
      '0-2-gone-0 offset-deleted a',
      '0-2-gone-1 group-deleted a',
      '0-2-gone-2 offset-deleted b',
      '0-2-gone-3 group-deleted b',
    ])
  })

  it('begins a first read again that began too long ago', async () => {
    offsets = 0
    const log = memoryLog()
    const output = memoryOutput()
    log.append(batch(commitOf('a', 't', 0, 1)), batch(commitOf('b', 't', 0, 1)))
    log.holdAt(1)
    const first = start(log, output)
    await until({
      what: 'a commit in history',
      ask: async () => storedPartition(output),
      good: at => at?.position === 1,
    })
    await first.stop()
    log.clean(({ baseOffset }) => baseOffset > 0)
    log.holdAt(Number.POSITIVE_INFINITY)
    const second = start(log, output, { now: () => begin + 25 * hour })
    await seen(output, 'koff-caught-up')
    await second.stop()
    expect(told(output)).toEqual(['0-1-group-snapshot-0 group-snapshot b', '0-1-koff-caught-up-0 koff-caught-up '])
    expect([...(output.stored.get(0)?.keys() ?? [])].filter(key => key.includes('"a"'))).toEqual([])
  })

  it('while it runs, after a silence of its source for that long, checks its state against the log again', async () => {
    const log = memoryLog()
    offsets = 0
    const output = memoryOutput()
    let now = begin
    const service = start(log, output, { now: () => now })
    await seen(output, 'koff-caught-up')
    log.append(batch(commitOf('a', 't', 0, 1)), batch(commitOf('b', 't', 0, 1)))
    await seen(output, 'group-created', 2)
    now += 25 * hour
    log.clean(({ baseOffset }) => baseOffset > 0)
    log.append(batch(commitOf('b', 't', 0, 2)))
    await seen(output, 'group-deleted')
    await seen(output, 'offset-committed', 3)
    await service.stop()
    expect(told(output).slice(-3)).toEqual([
      '0-2-gone-0 offset-deleted a',
      '0-2-gone-1 group-deleted a',
      '0-2-0 offset-committed b',
    ])
  })

  it('stores at least each half hour that it has read to the end, also where nothing happens', async () => {
    const log = memoryLog()
    const { output } = await withGroups(log)
    const service = start(log, output)
    log.append({ kind: 'tick', timestamp: begin + hour })
    await until({
      what: 'the time is stored',
      ask: async () => storedDelivery(output)?.currentAt,
      good: at => at === begin + hour,
    })
    await service.stop()
    expect(storedDelivery(output)).toMatchObject({ currentAt: begin + hour, partitions: 4 })
  })

  it('ends what lay before the start of the log, where the broker deleted records that koff had not read', async () => {
    const log = memoryLog()
    const { output, made } = await withGroups(log)
    log.append(batch(commitOf('c', 't', 0, 1)), batch(commitOf('d', 't', 0, 1)))
    log.deleteBefore(0, 3)
    const service = start(log, output)
    await seen(output, 'group-created', 3)
    await service.stop()
    expect(told(output, made)).toEqual([
      '0-2-gone-0 offset-deleted a',
      '0-2-gone-1 group-deleted a',
      '0-2-gone-2 offset-deleted b',
      '0-2-gone-3 group-deleted b',
      '0-3-0 group-created d',
      '0-3-1 offset-committed d',
    ])
  })
})

describe('a state without a time', () => {
  /** As a version before the entry about the delivery stored it. */
  const withoutTime = (output: MemoryOutput, position: number) => {
    const entries = output.stored.get(0)
    entries?.delete(deliveryKey)
    entries?.set(partitionKey, JSON.stringify({ ...storedPartition(output), position, timestamp: -1 }))
  }

  it('is read again from its start, and the log names no number of hours', async () => {
    const log = memoryLog()
    const { output } = await withGroups(log)
    withoutTime(output, 2)
    const lines: string[] = []
    const service = start(log, output, { lines })
    log.append(batch(commitOf('c', 't', 0, 1)))
    await seen(output, 'group-created', 3)
    await service.stop()
    expect(
      lines.filter(line => line.includes('its stored state has no time, and tombstones are kept for 24.0 h')),
    ).toHaveLength(1)
    expect(lines.filter(line => / h since/.test(line))).toEqual([])
  })

  it('is used as it is where its partition had no record', async () => {
    offsets = 0
    const log = memoryLog()
    const output = memoryOutput()
    const first = start(log, output)
    await seen(output, 'koff-caught-up')
    await first.stop()
    withoutTime(output, 0)
    const lines: string[] = []
    const service = start(log, output, { lines })
    log.append(batch(commitOf('c', 't', 0, 1)))
    await seen(output, 'group-created')
    await service.stop()
    expect(lines.filter(line => line.includes('reading it'))).toEqual([])
  })
})

describe('a state that does not fit __consumer_offsets', () => {
  const resets: Deployment = { ...anyDeployment, resetsState: true }

  it('of an earlier topic of that name is refused, and discarded where that is wanted', async () => {
    const { output, made } = await withGroups(memoryLog({ topicId: 'first' }))
    offsets = 0
    const log = memoryLog({ topicId: 'second' })
    log.append(batch(commitOf('z', 't', 0, 1)), batch(commitOf('z', 't', 0, 2)), batch(commitOf('z', 't', 0, 3)))
    await expect(start(log, output).ended).rejects.toMatchObject({
      code: 'STATE_INVALID',
      message: expect.stringMatching(
        /deleted and created again since .* \(its topic id was first and is second\)\. Start koff once with --reset-unusable-state/,
      ),
    })
    expect(output.events).toHaveLength(made)
    const service = start(log, output, { deployment: resets })
    await seen(output, 'koff-caught-up', 2)
    await service.stop()
    expect(told(output, made)).toEqual([
      '0-2-group-snapshot-0 group-snapshot z',
      '0-2-koff-caught-up-0 koff-caught-up ',
    ])
    expect(storedDelivery(output)?.topicId).toBe('second')
    const again = start(log, output)
    log.append(batch(commitOf('y', 't', 0, 1)))
    await seen(output, 'group-created', 3)
    await again.stop()
  })

  it('is one of which more was read than the log holds', async () => {
    const { output } = await withGroups(memoryLog())
    const log = memoryLog()
    offsets = 0
    log.append(batch(commitOf('a', 't', 0, 1)))
    await expect(start(log, output).ended).rejects.toMatchObject({
      code: 'STATE_INVALID',
      message: expect.stringContaining('__consumer_offsets 0 ends at offset 1, and koff had read it to offset 2'),
    })
  })

  it('is one of a log that was truncated below it and grew past it again, as an unclean leader election leaves it', async () => {
    const log = memoryLog()
    const { output, made } = await withGroups(log)
    expect(storedPartition(output)?.leaderEpoch).toBe(0)
    log.append(batch(commitOf('c', 't', 0, 1)), batch(commitOf('d', 't', 0, 1)))
    log.replaceFrom(1)
    await expect(start(log, output).ended).rejects.toMatchObject({
      code: 'STATE_INVALID',
      message: expect.stringContaining(
        '__consumer_offsets 0 was truncated to offset 1 and grew again, and koff had read it to offset 2',
      ),
    })
    expect(output.events).toHaveLength(made)
    const service = start(log, output, { deployment: resets })
    await seen(output, 'koff-caught-up', 2)
    await service.stop()
    expect(told(output, made).filter(line => line.includes('snapshot'))).toHaveLength(4)
  })

  it('is one of a topic with another number of partitions', async () => {
    const { output } = await withGroups(memoryLog({ partitions: 4 }))
    const log = memoryLog({ partitions: 2 })
    log.append(batch(commitOf('a', 't', 0, 1)))
    await expect(start(log, output).ended).rejects.toMatchObject({
      message: expect.stringContaining('__consumer_offsets has 2 partitions, and had 4 when koff stored its state'),
    })
  })

  it('ends a koff that runs as well: it reads no other log on', async () => {
    const log = memoryLog()
    offsets = 0
    const output = memoryOutput()
    const service = start(log, output)
    await seen(output, 'koff-caught-up')
    const reason = 'reading had come to offset 2, and the log ends at 1: what was in between is not there'
    log.append({ kind: 'fault', fault: { partition: 0, offset: 1, byteOffset: 0, code: 'LOG_TRUNCATED', reason } })
    await expect(service.ended).rejects.toMatchObject({
      code: 'STATE_INVALID',
      message: expect.stringContaining(`__consumer_offsets 0: ${reason}. Start koff once with --reset-unusable-state`),
    })
  })

  it('is lost where this process stored it and the topic or file now holds nothing, or less', async () => {
    for (const remains of ['nothing', 'less'] as const) {
      const log = memoryLog()
      offsets = 0
      const output = memoryOutput()
      const service = start(log, output)
      await seen(output, 'koff-caught-up')
      log.append(batch(commitOf('a', 't', 0, 1)), batch(commitOf('b', 't', 0, 1)))
      await seen(output, 'group-created', 2)
      const older = { ...storedPartition(output), position: 1 }
      const entries = output.stored.get(0)
      if (remains === 'nothing') entries?.clear()
      else entries?.set(partitionKey, JSON.stringify(older))
      output.failNext([0])
      log.append(batch(commitOf('c', 't', 0, 1)))
      await expect(service.ended).rejects.toMatchObject({
        code: 'STATE_LOST',
        message: expect.stringContaining(
          remains === 'nothing' ? 'the topic or file now holds nothing' : 'the topic or file now holds offset 1',
        ),
      })
    }
  })
})

describe('settings that are stored with the state', () => {
  const admits: Deployment['admits'] = settings => {
    const include = settings['groups.include'] ?? []
    return group => include.includes(group)
  }
  const only = (...groups: readonly string[]): Deployment => ({ settings: { 'groups.include': groups }, admits })
  const toTopic = (topic: string, acceptedTopic?: string): Deployment => ({
    ...anyDeployment,
    settings: { topic },
    acceptedTopic,
  })

  it('are replaced by new ones, in the log once, and groups that are admitted now make their snapshots', async () => {
    const log = memoryLog()
    const { output, made } = await withGroups(log, { deployment: only('b') })
    const lines: string[] = []
    const service = start(log, output, { deployment: only('a', 'b'), lines })
    await seen(output, 'group-snapshot')
    await service.stop()
    expect(told(output, made)).toEqual(['0-1-group-snapshot-0 group-snapshot a'])
    expect(lines).toContain('setting groups.include is ["a","b"] now, and was ["b"]')
    expect(storedDelivery(output)?.settings).toEqual({ 'groups.include': ['a', 'b'] })
    const again = start(log, output, { deployment: only('a', 'b') })
    log.append(batch(commitOf('a', 't', 0, 2)))
    await seen(output, 'offset-committed', 3)
    await again.stop()
    expect(output.events.filter(({ type }) => type === 'group-snapshot')).toHaveLength(1)
  })

  it('number snapshots on from those that were made at the same position', async () => {
    offsets = 0
    const log = memoryLog()
    const output = memoryOutput()
    log.append(batch(commitOf('a', 't', 0, 1)), batch(commitOf('b', 't', 0, 1)))
    const first = start(log, output, { deployment: only('b') })
    await seen(output, 'koff-caught-up')
    await first.stop()
    const second = start(log, output, { deployment: only('a', 'b') })
    await seen(output, 'group-snapshot', 3)
    await second.stop()
    // No filter of groups is at work here: the first two are of both.
    expect(told(output).filter(line => line.includes('snapshot'))).toEqual([
      '0-1-group-snapshot-0 group-snapshot a',
      '0-1-group-snapshot-1 group-snapshot b',
      '0-1-group-snapshot-2 group-snapshot a',
    ])
  })

  it('number snapshots on also after those that the filter of before hid', async () => {
    offsets = 0
    const log = memoryLog()
    const output = memoryOutput()
    log.append(batch(commitOf('a', 't', 0, 1)), batch(commitOf('b', 't', 0, 1)))
    const first = start(log, output, { deployment: only('a'), accept: ({ group }) => group !== 'b' })
    await seen(output, 'koff-caught-up')
    await first.stop()
    const second = start(log, output, { deployment: only('a', 'b') })
    await seen(output, 'group-snapshot', 2)
    await second.stop()
    expect(told(output).filter(line => line.includes('snapshot'))).toEqual([
      '0-1-group-snapshot-0 group-snapshot a',
      '0-1-group-snapshot-2 group-snapshot b',
    ])
  })

  it('name the topic of the events: another one takes a word', async () => {
    const log = memoryLog()
    const { output } = await withGroups(log, { deployment: toTopic('one') })
    await expect(start(log, output, { deployment: toTopic('two') }).ended).rejects.toMatchObject({
      code: 'SETTINGS_DIFFER',
      message: expect.stringContaining('went to topic one until now, and its configuration names topic two'),
    })
    await expect(start(log, output, { deployment: toTopic('two', 'three') }).ended).rejects.toThrow(
      '--accept-events-topic two',
    )
    const service = start(log, output, { deployment: toTopic('two', 'two') })
    await until({
      what: 'the new topic is stored',
      ask: async () => storedDelivery(output)?.settings['topic'],
      good: topic => topic === 'two',
    })
    await service.stop()
    const again = start(log, output, { deployment: toTopic('two') })
    log.append(batch(commitOf('c', 't', 0, 1)))
    await seen(output, 'group-created', 3)
    await again.stop()
  })
})
