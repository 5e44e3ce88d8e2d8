import { existsSync } from 'node:fs'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { removeAtExit, removeTemporary } from './process.ts'

const pollMs = 100

/** Runs `work` while no other process runs one under the same lock file; a lock whose process is dead is taken over. */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  while (!(await tryFileLock(path))) await sleep(pollMs)
  try {
    return await work()
  } finally {
    await removeTemporary(path)
  }
}

/** Gives a folder its final name; fails only when nobody else did so before. */
export async function publish(unfinished: string, final: string): Promise<void> {
  await rename(unfinished, final).catch((cause: unknown) => {
    if (!existsSync(final)) throw cause
  })
}

/** True: until this process ends, or removes it, no other has this lock. One whose process is dead is free at the next try. */
export async function tryFileLock(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    removeAtExit(path)
    await file.writeFile(String(process.pid))
    await file.close()
    return true
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const holder = Number(await readFile(path, 'utf8').catch(() => ''))
  // An empty file is a holder that has not yet written its name; 0 would ask for our own process group.
  if (holder > 0 && !isAlive(holder)) await rm(path, { force: true })
  return false
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
