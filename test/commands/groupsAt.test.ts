import { describe, expect, it } from 'vitest'
import { classicOf, commitOf, markerOf } from '../state/batchOf.ts'
import { batchAt, compactedBatch, recordingOf, textAt, timeAt } from './handMade.ts'
import { runKoff } from './runKoff.ts'

interface Answer {
  readonly code: number
  readonly stderr: string
  /** Group → committed offset of `orders` 0, null where there is none. */
  readonly groups: Readonly<Record<string, number | null>>
}

async function groupsAt(minutes: number, recording: string): Promise<Answer> {
  const { code, stdout, stderr } = await runKoff(['groups', '--at', textAt(minutes), '-'], { stdin: recording })
  const lines = stdout.split('\n').filter(line => line !== '')
  const views = lines.map(line => JSON.parse(line) as { group: string; offsets: { orders?: Record<string, number> } })
  return {
    code,
    stderr,
    groups: Object.fromEntries(views.map(({ group, offsets }) => [group, offsets.orders?.['0'] ?? null])),
  }
}

const commit = (offset: number, minutes: number, group: string, partition = 0) =>
  batchAt({ offset, minutes, partition }, commitOf(group, 'orders', 0, 100 + offset))

describe('koff groups --at of a log that is whole', () => {
  it('answers about every time, also about one before its first record', async () => {
    const log = recordingOf(commit(0, 10, 'a'), commit(1, 20, 'b'), commit(2, 30, 'a'))
    expect(await groupsAt(5, log)).toEqual({ code: 0, stderr: '', groups: {} })
    expect(await groupsAt(20, log)).toEqual({ code: 0, stderr: '', groups: { a: 100, b: 101 } })
    expect(await groupsAt(30, log)).toEqual({ code: 0, stderr: '', groups: { a: 102, b: 101 } })
  })
})

describe('koff groups --at of a log that begins later', () => {
  const log = recordingOf(commit(812, 10, 'a'), commit(813, 20, 'b'), commit(814, 30, 'b'), commit(815, 40, 'c'))

  it('prints what is known and from when the log knows, and exits with 3', async () => {
    const { code, stderr, groups } = await groupsAt(20, log)
    expect({ code, groups }).toEqual({ code: 3, groups: { a: 912, b: 913 } })
    expect(stderr.split('\n')).toEqual([
      `koff: not known before ${textAt(30)}: compaction or retention removed records, so groups, members and offsets of ${textAt(20)} are missing above, or differ from their state then`,
      `koff: partition 0 of __consumer_offsets: not known before ${textAt(30)} (offset 814); its log begins at offset 812`,
      '',
    ])
  })

  it('answers from the first key that occurs again', async () => {
    expect(await groupsAt(29.999, log)).toMatchObject({ code: 3 })
    expect(await groupsAt(30, log)).toEqual({ code: 0, stderr: '', groups: { a: 912, b: 914 } })
    expect(await groupsAt(40, log)).toEqual({ code: 0, stderr: '', groups: { a: 912, b: 914, c: 915 } })
  })

  it('answers from its last record where no key occurs twice', async () => {
    const unique = recordingOf(commit(812, 10, 'a'), commit(813, 20, 'b'))
    expect(await groupsAt(19, unique)).toMatchObject({ code: 3, groups: { a: 912 } })
    expect(await groupsAt(20, unique)).toMatchObject({ code: 0 })
  })

  it('answers about now without a word', async () => {
    const { code, stderr } = await runKoff(['groups', '-'], { stdin: log })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

describe('koff groups --at of a log with gaps', () => {
  it('says which offsets are missing last', async () => {
    const log = recordingOf(commit(0, 10, 'a'), commit(2, 20, 'b'), commit(7, 30, 'c'), commit(8, 40, 'c'))
    const { code, stderr } = await groupsAt(35, log)
    expect(code).toBe(3)
    expect(stderr).toContain(
      `partition 0 of __consumer_offsets: not known before ${textAt(40)} (offset 8); offsets 3 to 6 are missing`,
    )
    expect(await groupsAt(40, log)).toMatchObject({ code: 0, stderr: '' })
  })

  it('counts a gap that lies after the time in question', async () => {
    const log = recordingOf(commit(0, 10, 'a'), commit(1, 20, 'a'), commit(2, 30, 'b'), commit(4, 40, 'c'))
    const { code, stderr } = await groupsAt(25, log)
    expect(code).toBe(3)
    expect(stderr).toContain(`not known before ${textAt(40)} (offset 4); offset 3 is missing`)
  })

  it('has one where a batch lost a record in its middle', async () => {
    const records = ['a', 'b', 'c'].map(group => commitOf(group, 'orders', 0, 1))
    const log = recordingOf(compactedBatch({ offset: 0, minutes: 10 }, records, [0, 2]), commit(3, 20, 'd'))
    expect(await groupsAt(10, log)).toMatchObject({ code: 3, groups: { a: 1, c: 1 } })
  })

  it('knows from a key that occurs twice in one batch, which is one operation', async () => {
    const again = batchAt({ offset: 9, minutes: 20 }, commitOf('b', 'orders', 0, 1), commitOf('b', 'orders', 0, 2))
    const log = recordingOf(commit(0, 10, 'a'), again, commit(11, 30, 'c'))
    expect(await groupsAt(19, log)).toMatchObject({ code: 3, groups: { a: 100 } })
    expect(await groupsAt(20, log)).toEqual({ code: 0, stderr: '', groups: { a: 100, b: 2 } })
  })

  it('is not fooled by the keys of markers', async () => {
    const marker = (offset: number, minutes: number) =>
      markerOf('COMMIT', { baseOffset: offset, timestamp: timeAt(minutes), producerId: 1n })
    const log = recordingOf(commit(3, 10, 'a'), marker(4, 20), marker(5, 30), commit(6, 40, 'b'))
    expect(await groupsAt(35, log)).toMatchObject({ code: 3 })
  })

  it('sees metadata of groups as keys, too', async () => {
    const metadata = (offset: number, minutes: number, generation: number) =>
      batchAt({ offset, minutes }, classicOf('g', generation, [{ id: 'm1' }]))
    const log = recordingOf(metadata(4, 10, 7), metadata(5, 20, 8), commit(6, 30, 'a'))
    expect(await groupsAt(15, log)).toMatchObject({ code: 3, groups: { g: null } })
    expect(await groupsAt(20, log)).toMatchObject({ code: 0, groups: { g: null } })
  })
})

describe('koff groups --at of several partitions', () => {
  const log = recordingOf(
    commit(0, 10, 'a'),
    commit(5, 20, 'b', 1),
    commit(6, 30, 'b', 1),
    commit(70, 40, 'c', 2),
    commit(1, 50, 'a'),
  )

  it('is not known where one partition does not know, and names every one that does not', async () => {
    const { code, stderr, groups } = await groupsAt(25, log)
    expect({ code, groups }).toEqual({ code: 3, groups: { a: 100, b: 105 } })
    expect(stderr).toMatch(new RegExp(`^koff: not known before ${textAt(40)}: `))
    expect(stderr.match(/partition \d+ of.*?not known before \S+/g)).toEqual([
      `partition 1 of __consumer_offsets: not known before ${textAt(30)}`,
      `partition 2 of __consumer_offsets: not known before ${textAt(40)}`,
    ])
    expect((await groupsAt(35, log)).stderr).not.toContain('partition 1')
  })

  it('is known from when the last of them knows', async () => {
    expect(await groupsAt(40, log)).toMatchObject({ code: 0, stderr: '' })
  })

  it('asks all of them, also for a single group, because lost records have unknown groups', async () => {
    const { code } = await runKoff(['groups', '--at', textAt(25), '--group', 'a', '-'], { stdin: log })
    expect(code).toBe(3)
  })
})

it('koff groups --at reports a log whose records have no times', async () => {
  const untimed = {
    ...commit(3, 10, 'a'),
    magic: 0 as const,
    timestampType: 'NoTimestampType' as const,
    maxTimestamp: -1,
  }
  const recording = recordingOf(untimed).replaceAll(/"timestamp":\d+/g, '"timestamp":-1')
  expect((await groupsAt(10, recording)).stderr).toContain('not known before now')
})
