import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchBytes } from '../kafka/records/logBytes.ts'
import { runKoff } from './runKoff.ts'

const corpus = fileURLToPath(new URL('../corpus/', import.meta.url))
const recording = join(corpus, 'dev.records.ndjson.gz')
const segments = join(corpus, 'segments')

interface Line {
  readonly partition: number
  readonly offset: number | null
  readonly timestamp?: number
  readonly type?: string
  readonly group?: string
  readonly control?: string
  readonly error?: { readonly code: string; readonly position: number; readonly reason: string }
}

let home: string

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'koff-decode-'))
})

afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

async function decode(...args: string[]): Promise<Line[]> {
  const { code, stdout, stderr } = await runKoff(['decode', ...args])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return linesOf(stdout)
}

function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line) as Line)
}

describe('koff decode', () => {
  it('says where in the file the batch is whose records cannot be read', async () => {
    const one = { offset: 7, timestamp: 5, key: null, value: Buffer.alloc(20) }
    const whole = batchBytes({ baseOffset: 7, lastOffset: 7, baseTimestamp: 5, maxTimestamp: 5 }, [one])
    const fields = { baseOffset: 8, lastOffset: 8, baseTimestamp: 5, maxTimestamp: 5, recordCount: 1 }
    const file = join(home, '00000000000000000007.log')
    writeFileSync(file, Buffer.concat([whole, batchBytes({ ...fields, body: Buffer.from([40, 0, 0]) }, [])]))
    const { code, stdout } = await runKoff(['decode', file])
    expect(code).toBe(0)
    expect(linesOf(stdout)[1]).toMatchObject({ offset: 8, error: { code: 'BAD_BATCH', position: whole.length } })
  })

  it('prints a line for every record of a recording', async () => {
    const lines = await decode(recording)
    const recorded = linesOf(gunzipSync(readFileSync(recording)).toString('utf8'))
    expect(lines.map(({ partition, offset }) => [partition, offset])).toEqual(
      recorded.map(({ partition, offset }) => [partition, offset]),
    )
  })

  it('prints the same for the segments behind it, and for standard input', async () => {
    const byPartition = (lines: readonly Line[]): Line[] => lines.toSorted((a, b) => a.partition - b.partition)
    const lines = byPartition(await decode(recording))
    expect(byPartition(await decode(segments))).toEqual(lines)
    const { stdout } = await runKoff(['decode', '-'], { stdin: gunzipSync(readFileSync(recording)) })
    expect(byPartition(linesOf(stdout))).toEqual(lines)
  })

  it('takes several files, one after the other', async () => {
    const once = await decode(recording)
    expect(await decode(recording, recording)).toEqual([...once, ...once])
  })
})

describe('the filters of koff decode', () => {
  it('leave one partition, or several', async () => {
    const partitions = async (...args: string[]) => [
      ...new Set((await decode(...args, recording)).map(line => line.partition)),
    ]
    expect(await partitions('--partition', '2')).toEqual([2])
    expect((await partitions('--partition', '3', '--partition', '0')).toSorted((a, b) => a - b)).toEqual([0, 3])
    expect(await partitions('--partition', '49')).toEqual([])
  })

  it('leave the groups that fit a pattern, and no markers', async () => {
    const all = await decode(recording)
    const some = await decode('--group', '*-storm-*', '--group', 'no-such-group', recording)
    expect(some).toEqual(all.filter(({ group }) => group?.includes('-storm-')))
    expect(some.length).toBeGreaterThan(0)
  })

  it('leave types, by name, pattern or number', async () => {
    const all = await decode(recording)
    const types = async (...args: string[]) => new Set((await decode(...args, recording)).map(line => line.type))
    expect(await types('--type', 'offset-commit')).toEqual(new Set(['OFFSET_COMMIT']))
    expect(await types('--type', '2', '--type', '1')).toEqual(new Set(['GROUP_METADATA', 'OFFSET_COMMIT']))
    const share = all.flatMap(({ type }) => (type?.startsWith('SHARE_GROUP_') ? [type] : []))
    expect(await types('--type', 'share-group-*')).toEqual(new Set(share))
  })

  it('leave a range of offsets, both ends included', async () => {
    const lines = await decode('--partition', '1', '--from', '10', '--to', '12', segments)
    expect(lines.map(({ offset }) => offset)).toEqual([10, 11, 12])
  })

  it('leave a range of times, both ends included', async () => {
    const all = await decode(recording)
    const times = all.map(({ timestamp = 0 }) => timestamp).toSorted((a, b) => a - b)
    const from = times[100] ?? 0
    const to = times[200] ?? 0
    const some = await decode('--from', `@${from}`, '--to', new Date(to).toISOString(), recording)
    expect(some).toEqual(all.filter(({ timestamp = 0 }) => timestamp >= from && timestamp <= to))
    expect(some.length).toBeGreaterThan(100)
  })
})

describe('what cannot be read', () => {
  const line = (offset: number, keyBase64: string): string =>
    JSON.stringify({
      partition: 0,
      offset,
      timestamp: 1,
      timestampType: 'CreateTime',
      batchBaseOffset: offset,
      batchLastOffset: offset,
      magic: 2,
      isControl: false,
      isTransactional: false,
      producerId: -1,
      producerEpoch: -1,
      keyBase64,
      valueBase64: null,
    })
  /** An offset commit's key, and one of a type that nobody knows. */
  const stdin = `${line(0, 'AAEAAWcAAXQAAAAA')}\n${line(1, 'AGMAAWc=')}\n`

  it('has an error in its line, is counted at the end, and is not a failure', async () => {
    const { code, stdout, stderr } = await runKoff(['decode', '-'], { stdin })
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'koff: 1 of 2 records could not be read, or not in full\n' })
    const [good, bad] = linesOf(stdout)
    expect(good).toMatchObject({ offset: 0, type: 'OFFSET_COMMIT', group: 'g' })
    expect(good).not.toHaveProperty('error')
    expect(bad).toMatchObject({ offset: 1, typeId: 99, error: { code: 'UNKNOWN_TYPE', position: 0 } })
  })

  it('is a failure with --strict', async () => {
    expect((await runKoff(['decode', '--strict', '-'], { stdin })).code).toBe(1)
    expect((await runKoff(['decode', '--strict', '--partition', '1', '-'], { stdin })).code).toBe(0)
  })

  describe('in the log of a group', () => {
    /** A commit of g, of which the value has a version that nobody knows; then one of h; then a record without a key. */
    const unreadable = (offset: number, keyBase64: string | null) =>
      line(offset, '')
        .replace('"keyBase64":""', `"keyBase64":${JSON.stringify(keyBase64)}`)
        .replace('"valueBase64":null', '"valueBase64":"AGMAAA=="')
    const ofG = unreadable(0, 'AAEAAWcAAXQAAAAA')
    const ofH = unreadable(1, 'AAEAAWgAAXQAAAAA')
    const ofNobody = unreadable(2, null)
    const fault = '{"kind":"fault","partition":0,"offset":3,"position":0,"code":"CRC_MISMATCH","reason":"damaged"}'
    const strict = (stdin: string, ...flags: string[]) => runKoff(['decode', '--strict', ...flags, '-'], { stdin })

    it('names that group and is found by it, and by no other', async () => {
      const { code, stdout, stderr } = await strict(ofG, '--group', 'g')
      expect({ code, stderr }).toEqual({ code: 1, stderr: 'koff: 1 of 1 records could not be read, or not in full\n' })
      expect(linesOf(stdout)).toMatchObject([{ offset: 0, group: 'g', error: { code: 'UNKNOWN_VERSION' } }])
      expect(await strict(`${ofG}\n${ofH}`, '--group', 'x*')).toEqual({ code: 0, stdout: '', stderr: '' })
    })

    it('is found with every group filter where its group is unknown', async () => {
      const { code, stdout } = await strict(`${ofH}\n${ofNobody}\n${fault}`, '--group', 'g')
      expect(code).toBe(1)
      expect(linesOf(stdout)).toMatchObject([
        { offset: 2, error: { code: 'NO_KEY' } },
        { offset: 3, error: { code: 'CRC_MISMATCH' } },
      ])
    })

    it('is found by its type, and by every type where it has none', async () => {
      const { stdout } = await strict(`${ofG}\n${ofNobody}\n${fault}`, '--type', 'group-metadata')
      expect(linesOf(stdout).map(({ offset }) => offset)).toEqual([2, 3])
      expect((await strict(ofG, '--type', 'group-metadata')).code).toBe(0)
      expect((await strict(ofG, '--type', 'offset-commit')).code).toBe(1)
    })

    it('is left out by partition and offset, which are known', async () => {
      expect((await strict(`${ofNobody}\n${fault}`, '--group', 'g', '--to', '1')).code).toBe(0)
      expect((await strict(`${ofNobody}\n${fault}`, '--group', 'g', '--partition', '4')).code).toBe(0)
    })
  })

  it('can be looked for by the number of its type', async () => {
    const { stdout } = await runKoff(['decode', '--type', '99', '-'], { stdin })
    expect(linesOf(stdout).map(({ offset }) => offset)).toEqual([1])
  })

  it('an incomplete batch at the end of a segment is reported with the missing bytes', async () => {
    const whole = readFileSync(join(segments, '__consumer_offsets-0/00000000000000000000.log'))
    const file = join(home, 'cut.log')
    writeFileSync(file, whole.subarray(0, 20_000))
    const { code, stdout, stderr } = await runKoff(['decode', file])
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /cut\.log: the last batch is cut off: .* are missing\nkoff: 1 place in the log without a readable batch\n$/,
    )
    expect(linesOf(stdout).at(-1)).toMatchObject({ partition: 0, error: { code: 'TRUNCATED' } })
    expect((await runKoff(['decode', '--strict', file])).code).toBe(1)
  })

  it('in the middle of a segment does not hide what follows', async () => {
    const bytes = readFileSync(join(segments, '__consumer_offsets-0/00000000000000000000.log'))
    const second = 12 + bytes.readInt32BE(8)
    bytes.writeUInt8(bytes.readUInt8(second + 70) ^ 1, second + 70)
    const file = join(home, 'flipped.log')
    writeFileSync(file, bytes)
    const whole = await decode(join(segments, '__consumer_offsets-0'))
    const { stdout } = await runKoff(['decode', file])
    const lines = linesOf(stdout)
    const faults = lines.filter(({ error }) => error !== undefined)
    expect(faults).toMatchObject([{ file, partition: 0, error: { code: 'CRC_MISMATCH', position: second } }])
    expect(lines.at(-1)).toEqual(whole.at(-1))
    expect(lines.length).toBeGreaterThan(whole.length - 10)
  })

  it('in a recording is reported with its line number, after the lines before it', async () => {
    const { code, stdout, stderr } = await runKoff(['decode', '-'], {
      stdin: `${line(0, 'AAEAAWcAAXQAAAAA')}\nhello\n`,
    })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^koff: standard input, line 2: .*\n$/)
    expect(linesOf(stdout)).toHaveLength(1)
  })
})

describe('an interruption', () => {
  it('ends koff decode with the code of the signal', async () => {
    const { code, stderr } = await runKoff(['decode', recording], { interruptedWith: 130 })
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' })
  })
})
