import { describe, expect, it } from 'vitest'
import { KoffError } from '../../src/base/errors.ts'
import { noLog } from '../../src/base/log.ts'
import { runService } from '../../src/delivery/runDelivery.ts'
import { Fold } from '../../src/engine/fold.ts'
import { partitionKey } from '../../src/state/stored/entry.ts'
import { until } from '../clients/until.ts'
import { batchOf, classicOf, commitOf } from '../state/batchOf.ts'
import {
  anyDeployment,
  givenOwnership,
  type MemoryLog,
  type MemoryOutput,
  memoryLog,
  memoryOutput,
  passing,
} from './memory.ts'

const types = new Set([
  'group-snapshot',
  'koff-caught-up',
  'group-created',
  'offset-committed',
  'offset-stalled',
  'offset-resumed',
] as const)

/** A service that runs until it is stopped. */
function start(log: MemoryLog, output: MemoryOutput, { owned = [0], cluster = 'c1', log: told = noLog } = {}) {
  const stopped = new AbortController()
  const ownership = givenOwnership(owned)
  const ended = runService({
    fold: new Fold({ cluster, history: 'until-start', types, tracksChanges: true }),
    output,
    ownership,
    sourceLog: log.sourceLog,
    deployment: anyDeployment,
    openSource: (positions, told) => log.open(positions, told),
    signal: stopped.signal,
    log: told,
    stateEveryMs: 5,
  })
  ended.catch(() => undefined)
  return {
    ownership,
    ended,
    stop: async () => {
      stopped.abort()
      await ended
    },
  }
}

/** One commit of one group each. */
function commits(count: number, { from = 0, partition = 0, group = 'g' } = {}) {
  return Array.from({ length: count }, (_, i) => ({
    kind: 'batch' as const,
    batch: batchOf([commitOf(group, 't', i % 3, from + i)], { partition, baseOffset: from + i }),
  }))
}

async function seen(output: MemoryOutput, type: string, count: number): Promise<void> {
  await until({
    what: `${count} ${type}`,
    ask: async () => output.events.filter(event => event.type === type).length,
    good: found => found >= count,
    withinMs: 10_000,
  })
}

function idsOf(output: MemoryOutput, type: string): string[] {
  return output.events.filter(event => event.type === type).map(({ id }) => id)
}

function storedPartition(output: MemoryOutput, partition = 0) {
  return JSON.parse(output.stored.get(partition)?.get(partitionKey) ?? '{}') as Record<string, unknown>
}

describe('a service', () => {
  it('delivers news once, and history as one snapshot for each group', async () => {
    const log = memoryLog()
    const output = memoryOutput()
    log.append(...commits(5))
    const service = start(log, output)
    await seen(output, 'group-snapshot', 1)
    log.append(...commits(5, { from: 5 }))
    await seen(output, 'offset-committed', 5)
    await service.stop()
    expect(idsOf(output, 'group-snapshot')).toEqual(['0-4-group-snapshot-0'])
    expect(idsOf(output, 'offset-committed')).toEqual(['0-5-0', '0-6-0', '0-7-0', '0-8-0', '0-9-0'])
  })

  it('closes its partitions before it ends because its log is another one', async () => {
    const log = memoryLog()
    const output = memoryOutput()
    const service = start(log, output, { owned: [0, 1] })
    await seen(output, 'koff-caught-up', 2)
    expect(output.held).toEqual(new Set([0, 1]))
    log.append({
      kind: 'fault',
      fault: { partition: 1, offset: 0, byteOffset: 0, code: 'LOG_TRUNCATED', reason: 'gone' },
    })
    await expect(service.ended).rejects.toMatchObject({ code: 'STATE_INVALID' })
    expect(output.held).toEqual(new Set())
  })

  it('continues after a restart without repeating events', async () => {
    const log = memoryLog()
    const output = memoryOutput()
    const first = start(log, output)
    await seen(output, 'koff-caught-up', 1)
    log.append(...commits(4))
    await seen(output, 'offset-committed', 4)
    await first.stop()
    log.append(...commits(4, { from: 4 }))
    const second = start(log, output)
    await seen(output, 'offset-committed', 8)
    await second.stop()
    expect(new Set(idsOf(output, 'offset-committed')).size).toBe(8)
    expect(idsOf(output, 'koff-caught-up')).toHaveLength(1)
    expect(idsOf(output, 'group-snapshot')).toEqual([])
    const previous = output.events.flatMap(({ data }) => ('previous' in data ? [data.previous] : []))
    expect(previous).toEqual([null, null, null, 0, 3, 1, 2, 4])
  })

  it('stores what time changed, and closes once what another instance opened', async () => {
    const log = memoryLog()
    const output = memoryOutput()
    const begin = 1_700_000_000_000
    const sample = (seconds: number, logEnd = 9) => {
      const timestamp = begin + seconds * 1_000
      const place = { topic: 'orders', partition: 0, logStart: 0, logEnd }
      return [
        { kind: 'logEnd' as const, ...place, timestamp },
        { kind: 'tick' as const, timestamp },
      ]
    }
    const batchAt = (baseOffset: number, records: Parameters<typeof batchOf>[0]) =>
      ({ kind: 'batch', batch: batchOf(records, { baseOffset, timestamp: begin }) }) as const
    const member = { id: 'm', assigned: { orders: [0] } }
    const first = start(log, output)
    await seen(output, 'koff-caught-up', 1)
    log.append(batchAt(0, [classicOf('g', 1, [member]), commitOf('g', 'orders', 0, 5, begin)]), ...sample(10))
    const key = JSON.stringify(['condition', 'g', 'orders', 0])
    const storedWindow = () => output.stored.get(0)?.get(key)
    await until({ what: 'the window is stored', ask: async () => storedWindow(), good: value => value !== undefined })
    log.append(...sample(70))
    await seen(output, 'offset-stalled', 1)
    await first.stop()
    const second = start(log, output)
    log.append(...sample(80), batchAt(2, [commitOf('g', 'orders', 0, 9, begin + 85_000)]), ...sample(90))
    await seen(output, 'offset-resumed', 1)
    log.append(batchAt(3, [commitOf('g', 'orders', 0, 10, begin + 95_000)]))
    await until({ what: 'nothing is stored', ask: async () => storedWindow(), good: value => value === undefined })
    await second.stop()
    expect(idsOf(output, 'offset-stalled')).toEqual(['0-1-offset-stalled-0'])
    const closing = output.events.find(({ type }) => type === 'offset-resumed')
    expect(closing?.data).toMatchObject({ opened: '0-1-offset-stalled-0', durationMs: 85_000 })
  })

  it('takes every partition over again when all commits fail at once', async () => {
    const log = memoryLog()
    const output = memoryOutput()
    output.failNext([0, 1, 0, 1])
    const service = start(log, output, { owned: [0, 1] })
    await seen(output, 'koff-caught-up', 2)
    log.append(...commits(3), ...commits(3, { partition: 1 }))
    await seen(output, 'offset-committed', 6)
    await service.stop()
    expect(new Set(idsOf(output, 'offset-committed')).size).toBe(6)
    expect([...output.owners.values()]).toEqual([3, 3])
  })

  it('ends on request, also without a partition', async () => {
    const output = memoryOutput()
    const service = start(memoryLog(), output)
    await seen(output, 'koff-caught-up', 1)
    service.ownership.give([])
    await new Promise(resolve => setTimeout(resolve, 300))
    await service.stop()
    expect(output.events).toHaveLength(1)
  })

  it('interrupted in its first read continues with history up to the same end', async () => {
    const log = memoryLog()
    const output = memoryOutput()
    log.append(...commits(60))
    log.holdAt(40)
    const first = start(log, output)
    await until({
      what: 'a commit in the middle of history',
      ask: async () => storedPartition(output)['position'],
      good: position => position === 40,
    })
    await first.stop()
    expect(storedPartition(output)).toMatchObject({ inHistory: true, historyEnd: 60 })
    log.append(...commits(10, { from: 60 }))
    log.holdAt(Number.POSITIVE_INFINITY)
    const second = start(log, output)
    await seen(output, 'offset-committed', 10)
    await second.stop()
    expect(idsOf(output, 'group-snapshot')).toEqual(['0-59-group-snapshot-0'])
    expect(idsOf(output, 'offset-committed')).toHaveLength(10)
  })

  it('reads no further than what waits to be committed may be', async () => {
    const log = memoryLog()
    const output = memoryOutput()
    const service = start(log, output)
    await seen(output, 'koff-caught-up', 1)
    const resume = output.stall()
    log.append(...commits(40_000))
    await new Promise(resolve => setTimeout(resolve, 300))
    expect(output.events).toHaveLength(1)
    resume()
    await seen(output, 'offset-committed', 40_000)
    await service.stop()
    // A commit holds what came while the one before was on its way, and that is bounded.
    expect(output.commits.get(0)).toBeGreaterThan(4)
  })

  it('that cannot open its source tries again, with one line when that begins and one when it is over', async () => {
    const log = memoryLog()
    const output = memoryOutput()
    const lines: string[] = []
    const note = (line: string) => void lines.push(line)
    let failures = 2
    const flaky: MemoryLog = {
      ...log,
      open: (positions, told) => (failures-- > 0 ? Promise.reject(passing) : log.open(positions, told)),
    }
    const service = start(flaky, output, { log: { ...noLog, warn: note, info: note } })
    await seen(output, 'koff-caught-up', 1)
    await service.stop()
    expect(lines.filter(line => /retrying|delivering again/.test(line))).toEqual([
      'the place is gone; retrying until it works, nothing is lost',
      expect.stringMatching(/^delivering again after \d\.\d s$/),
    ])
  })

  it('ends with what only a person can mend', async () => {
    const output = memoryOutput()
    output.failNext([0], new KoffError('TOPIC_UNFIT', 'too small'))
    await expect(start(memoryLog(), output).ended).rejects.toThrow('too small')
  })
})

describe('a stored state', () => {
  /** Has a state with a group in it, as `version` of koff would have stored it. */
  async function storedBy(version: number, log: MemoryLog): Promise<MemoryOutput> {
    const output = memoryOutput()
    const service = start(log, output)
    await seen(output, 'koff-caught-up', 1)
    log.append(...commits(6))
    await seen(output, 'offset-committed', 6)
    await service.stop()
    const entries = output.stored.get(0)
    entries?.set(partitionKey, JSON.stringify({ ...storedPartition(output), version }))
    entries?.set('["old kind","g"]', '"of another version"')
    return output
  }

  it('of version 1 is used and replaced: no event is lost or repeated, and no old entry is left', async () => {
    const log = memoryLog()
    const output = await storedBy(1, log)
    const entries = output.stored.get(0)
    entries?.delete('["old kind","g"]')
    const { type, epoch } = JSON.parse(entries?.get('["metadata","g"]') ?? '') as Record<string, unknown>
    entries?.delete('["metadata","g"]')
    const group = { name: 'g', type, epoch, settledEpoch: 0, members: [], settled: [] }
    entries?.set('["group","g"]', JSON.stringify({ group, topics: [] }))
    log.append(...commits(3, { from: 6 }))
    const service = start(log, output)
    await seen(output, 'offset-committed', 9)
    await service.stop()
    expect(new Set(idsOf(output, 'offset-committed')).size).toBe(9)
    expect(idsOf(output, 'group-created')).toHaveLength(1)
    expect(storedPartition(output)).toMatchObject({ version: 2, position: 9, inHistory: false })
    const kinds = [...(output.stored.get(0)?.keys() ?? [])].map(key => (JSON.parse(key) as string[])[0])
    expect(new Set(kinds)).toEqual(new Set(['delivery', 'metadata', 'offset', 'partition']))
    const previous = output.events.flatMap(({ data }) => ('previous' in data ? [data.previous] : []))
    expect(previous.slice(6)).toEqual([3, 4, 5])
  })

  it('of a newer version is left alone', async () => {
    const log = memoryLog()
    const output = await storedBy(3, log)
    await expect(start(log, output).ended).rejects.toMatchObject({
      code: 'STATE_INVALID',
      message:
        'the stored state of partition 0 is of version 3, which a newer koff wrote; this one reads version 2: run the newer one',
    })
    expect(output.stored.get(0)?.has('["old kind","g"]')).toBe(true)
  })

  it('of this version with an unreadable entry is refused', async () => {
    const log = memoryLog()
    const output = await storedBy(2, log)
    await expect(start(log, output).ended).rejects.toMatchObject({
      code: 'STATE_INVALID',
      message: expect.stringContaining('an entry of kind old kind'),
    })
  })

  it('of another cluster is refused, with both names', async () => {
    const log = memoryLog()
    const output = await storedBy(2, log)
    await expect(start(log, output, { cluster: 'c2' }).ended).rejects.toMatchObject({
      code: 'STATE_INVALID',
      message:
        'the stored state of partition 0 is of cluster c1, and this is cluster c2: give this deployment a name, or a state topic or folder, of its own',
    })
  })
})
