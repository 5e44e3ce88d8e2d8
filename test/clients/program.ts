import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publish, withFileLock } from '../servers/lock.ts'
import { clientJars, type DownloadOptions, serversFolder } from '../servers/maven.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { compileJava } from '../servers/toolchain.ts'

/** The class path of the Java program of `java/`, compiled once per content of its sources. */
export async function clientProgram(options: DownloadOptions = {}): Promise<string> {
  const folder = fileURLToPath(new URL('java', import.meta.url))
  const sources = (await readdir(folder)).sort().map(file => join(folder, file))
  const hash = createHash('sha256')
  for (const source of sources) hash.update(await readFile(source))
  const jars = await clientJars(options)
  const classes = join(serversFolder(), `clients-program-${hash.digest('hex').slice(0, 16)}`)
  if (!existsSync(classes)) {
    await withFileLock(`${classes}.lock`, async () => {
      if (existsSync(classes)) return
      const work = await temporaryFolder('compile', serversFolder())
      try {
        await compileJava({ classPath: `${jars}/*`, sources, into: work })
        await publish(work, classes)
      } finally {
        await removeTemporary(work)
      }
    })
  }
  return `${classes}${delimiter}${jars}/*`
}
