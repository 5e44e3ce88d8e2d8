import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { historySink } from '../../../src/sinks/history/sink.ts'
import { runKoff } from '../../commands/runKoff.ts'
import { events } from '../../sinks/events.ts'

const running = new AbortController().signal
const home = mkdtempSync(join(tmpdir(), 'koff-backup-'))
afterAll(() => rmSync(home, { recursive: true }))

let folders = 0
const newFolder = () => mkdtempSync(join(home, `${(folders += 1)}-`))

function idsIn(file: string): unknown[] {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return database
      .prepare('SELECT id FROM events ORDER BY rowid')
      .all()
      .map(({ id }) => id)
  } finally {
    database.close()
  }
}

async function openHistory(file: string, count: number) {
  const sink = historySink({ file })
  await sink.open(running)
  await sink.write(events(count), running)
  return sink
}

describe('koff history backup', () => {
  it('copies what is only in the write-ahead log, which cp misses', async () => {
    const folder = newFolder()
    const [file, plain, copy] = [join(folder, 'h.db'), join(folder, 'plain.db'), join(folder, 'copy.db')]
    await using _ = await openHistory(file, 20)
    copyFileSync(file, plain)
    expect(() => idsIn(plain)).toThrow(/no such table/)
    const { code, stdout, stderr } = await runKoff(['history', 'backup', file, '-o', copy])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    const newest = new Date(Math.max(...events(20).map(({ time }) => time))).toISOString()
    expect(stderr).toBe(`koff: ${copy}: 20 events, the newest of ${newest}\n`)
    expect(idsIn(copy)).toEqual(events(20).map(({ id }) => id))
  })

  it('makes one file that needs none beside it, in place of what was there', async () => {
    const folder = newFolder()
    const [file, copy] = [join(folder, 'h.db'), join(newFolder(), 'copy.db')]
    writeFileSync(copy, 'what was there')
    await using _ = await openHistory(file, 3)
    await runKoff(['history', 'backup', file, '-o', copy])
    expect(idsIn(copy)).toHaveLength(3)
    expect(readdirSync(join(copy, '..'))).toEqual(['copy.db'])
  })

  it('is of one moment, while another program writes', async () => {
    const folder = newFolder()
    const [file, copy] = [join(folder, 'h.db'), join(folder, 'copy.db')]
    await using sink = await openHistory(file, 2_000)
    const backup = runKoff(['history', 'backup', file, '-o', copy])
    await sink.write(events(6_000), running)
    expect((await backup).code).toBe(0)
    const ids = idsIn(copy)
    expect(ids.length).toBeGreaterThanOrEqual(2_000)
    expect(ids).toEqual(
      events(6_000)
        .slice(0, ids.length)
        .map(({ id }) => id),
    )
  })

  it('backs up a history that nobody writes to any more, and one without events', async () => {
    const folder = newFolder()
    const [file, copy] = [join(folder, 'h.db'), join(folder, 'copy.db')]
    await (await openHistory(file, 0))[Symbol.asyncDispose]()
    expect(await runKoff(['history', 'backup', file, '-o', copy])).toMatchObject({
      code: 0,
      stderr: `koff: ${copy}: 0 events\n`,
    })
  })

  it('says what is wrong with the history, and leaves no copy behind', async () => {
    const folder = newFolder()
    const copy = join(folder, 'copy.db')
    const attempt = async (file: string) => (await runKoff(['history', 'backup', file, '-o', copy])).stderr
    const text = join(folder, 'text')
    writeFileSync(text, 'hello, this is no database at all, but some text that is long enough')
    const other = join(folder, 'other.db')
    new DatabaseSync(other).exec('CREATE TABLE entries (key TEXT)')
    expect(await attempt(join(folder, 'none.db'))).toBe(`koff: ${folder}/none.db: no such file or directory\n`)
    expect(await attempt(folder)).toBe(`koff: ${folder}: is not a file\n`)
    expect(await attempt(text)).toBe(`koff: ${text}: file is not a database\n`)
    expect(await attempt(other)).toBe(`koff: ${other}: is no history of koff: it has no table events\n`)
    expect(existsSync(copy)).toBe(false)
  })

  it('refuses the history itself as the place of the copy', async () => {
    const file = join(newFolder(), 'h.db')
    await using _ = await openHistory(file, 1)
    const { code, stderr } = await runKoff(['history', 'backup', file, '-o', file])
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `koff: ${file} is the history itself: name another file for the copy\n`,
    })
    expect(idsIn(file)).toHaveLength(1)
  })

  it('says where the copy cannot be written', async () => {
    const folder = newFolder()
    const file = join(folder, 'h.db')
    await using _ = await openHistory(file, 1)
    const copy = join(folder, 'none', 'copy.db')
    const { code, stderr } = await runKoff(['history', 'backup', file, '-o', copy])
    expect(code).toBe(1)
    expect(stderr).toContain(`${copy}: cannot be written: `)
  })
})
