import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { debianPackages } from './debian.ts'

const run = promisify(execFile)

export interface Chromium {
  readonly executable: string
  readonly env: Readonly<Record<string, string>>
}

/** The Chromium on the PATH that works, else Debian's, unpacked with the libraries that are missing here and a font. */
export async function chromium(): Promise<Chromium> {
  if (spawnSync('chromium', ['--version'], { stdio: 'ignore' }).status === 0) return { executable: 'chromium', env: {} }
  const home = await debianPackages('chromium', ['chromium', 'fonts-inter', 'fonts-dejavu-core'])
  const libraries = await libraryFolders(home)
  return {
    executable: join(home, 'usr/lib/chromium/chromium'),
    env: { LD_LIBRARY_PATH: libraries.join(':'), FONTCONFIG_FILE: await fontsFile(home) },
  }
}

async function libraryFolders(home: string): Promise<readonly string[]> {
  const { stdout } = await run('dpkg-architecture', ['-qDEB_HOST_MULTIARCH']).catch(() => ({ stdout: '' }))
  const triple = stdout.trim() || (await readdir(join(home, 'usr/lib'))).find(name => name.endsWith('-linux-gnu')) || ''
  const folders = [
    join(home, 'usr/lib', triple),
    join(home, 'lib', triple),
    join(home, 'usr/lib', triple, 'pulseaudio'),
  ]
  return folders.filter(folder => existsSync(folder))
}

/** The same fonts on every machine: the unpacked ones, and those of the machine for what they have not. */
async function fontsFile(home: string): Promise<string> {
  const file = join(home, 'fonts.conf')
  await writeFile(
    file,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>${join(home, 'usr/share/fonts')}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(home, 'font-cache')}</cachedir>
  <alias><family>system-ui</family><prefer><family>Inter</family></prefer></alias>
  <alias><family>sans-serif</family><prefer><family>Inter</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
`,
  )
  return file
}
