import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildImage } from './build.ts'

/* npm run image -- FILE: the image as an OCI layout in one file, built without an engine. Takes root, Debian's apt and npm. */

const [file = 'koff.oci.tar'] = process.argv.slice(2)
const home = mkdtempSync(join(tmpdir(), 'koff-image-'))
try {
  const revision = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
  const image = await buildImage(home, revision)
  cpSync(image.file, file)
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`
  process.stdout.write(
    `${file}: ${megabytes(image.compressed)} compressed, ${megabytes(image.uncompressed)} unpacked\n`,
  )
} finally {
  rmSync(home, { recursive: true, force: true })
}
