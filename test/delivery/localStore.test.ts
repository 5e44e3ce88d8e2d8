import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { localStore } from '../../src/delivery/localStore.ts'
import type { StateStore } from '../../src/delivery/stateStore.ts'
import type { StateChange } from '../../src/state/stored/entry.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'koff-store-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const running = new AbortController().signal

async function open(name = 'koff', folder = dir): Promise<StateStore> {
  const store = localStore({ dir: folder, name })
  await store.open(running)
  return store
}

async function entriesOf(store: StateStore, partition: number): Promise<StateChange[]> {
  const entries: StateChange[] = []
  for await (const part of store.read(partition, running)) entries.push(...part)
  return entries
}

describe('the local store', () => {
  it('returns the last value of each key, by partition, also after it was reopened', async () => {
    const first = await open()
    await first.write(0, [
      { key: 'a', value: '1' },
      { key: 'ä\u0000', value: '"ö"' },
      { key: 'gone', value: 'x' },
    ])
    await first.write(1, [{ key: 'a', value: 'of another' }])
    await first.write(0, [
      { key: 'a', value: '2' },
      { key: 'gone', value: null },
      { key: 'never there', value: null },
    ])
    await first[Symbol.asyncDispose]()
    await using second = await open()
    expect(await entriesOf(second, 0)).toEqual([
      { key: 'a', value: '2' },
      { key: 'ä\u0000', value: '"ö"' },
    ])
    expect(await entriesOf(second, 1)).toEqual([{ key: 'a', value: 'of another' }])
    expect(await entriesOf(second, 2)).toEqual([])
  })

  it('gives a large state in parts', async () => {
    await using store = await open()
    const changes = Array.from({ length: 12_345 }, (_, i) => ({ key: String(i).padStart(6, '0'), value: String(i) }))
    await store.write(3, changes)
    const parts: number[] = []
    for await (const part of store.read(3, running)) parts.push(part.length)
    expect(parts).toEqual([5_000, 5_000, 2_345])
    expect(await entriesOf(store, 3)).toEqual(changes)
  })

  it('makes the folder, and keeps deployments apart', async () => {
    const folder = join(dir, 'not', 'there')
    await using one = await open('one', folder)
    await using two = await open('two', folder)
    await one.write(0, [{ key: 'a', value: '1' }])
    expect(await entriesOf(two, 0)).toEqual([])
  })

  it('is refused to a second one, and free again when the first is closed', async () => {
    const first = await open()
    await expect(open()).rejects.toMatchObject({
      code: 'STATE_UNAVAILABLE',
      retriable: false,
      message: `state ${join(dir, 'koff.db')}: another koff process uses it; give each deployment its own name or state.dir`,
    })
    await first[Symbol.asyncDispose]()
    await using again = await open()
    expect(await entriesOf(again, 0)).toEqual([])
  })

  it('holds what a process wrote that was killed, and is free again', async () => {
    const program = fileURLToPath(new URL('writeToStore.ts', import.meta.url))
    const child = fork(program, [dir], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const [written] = (await once(child, 'message')) as [number]
    await expect(open()).rejects.toThrow('another koff process uses it')
    child.kill('SIGKILL')
    await once(child, 'exit')
    await using store = await open()
    expect((await entriesOf(store, 7)).length).toBeGreaterThanOrEqual(written)
  })

  it('says which file cannot be used, and why', async () => {
    const path = join(dir, 'koff.db')
    writeFileSync(path, 'this is no database, and longer than the header of one '.repeat(20))
    await expect(open()).rejects.toMatchObject({
      code: 'STATE_UNAVAILABLE',
      message: `state ${path}: file is not a database; see state.dir`,
    })
    await expect(open('koff', path)).rejects.toMatchObject({
      code: 'STATE_UNAVAILABLE',
      message: `state ${path}/koff.db: a file of that name exists; see state.dir`,
    })
  })

  it('does not change a file that a newer version wrote', async () => {
    const path = join(dir, 'koff.db')
    const database = new DatabaseSync(path)
    database.exec('PRAGMA user_version = 2')
    database.close()
    await expect(open()).rejects.toMatchObject({ code: 'STATE_INVALID' })
  })

  it('refuses to be used when it is not open', async () => {
    const store = localStore({ dir, name: 'koff' })
    await expect(store.write(0, [])).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' })
  })
})
