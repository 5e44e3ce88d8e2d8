import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { publish, withFileLock } from './lock.ts'
import { serversFolder } from './maven.ts'
import { removeTemporary, temporaryFolder } from './process.ts'

/** A folder among those of the servers that is made once, and kept; `name` says of what. */
export async function madeOnce(name: string, make: (work: string) => Promise<void>): Promise<string> {
  const final = join(serversFolder(), name)
  if (existsSync(final)) return final
  await mkdir(serversFolder(), { recursive: true })
  return withFileLock(`${final}.lock`, async () => {
    if (existsSync(final)) return final
    const work = await temporaryFolder(name, serversFolder())
    try {
      await make(work)
      await publish(work, final)
      return final
    } finally {
      await removeTemporary(work)
    }
  })
}
