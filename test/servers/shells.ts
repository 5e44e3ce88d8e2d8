import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { debianPackages } from './debian.ts'

export interface OtherShell {
  readonly executable: string
  /** Where its functions are; null: where it looks for them. */
  readonly functions: readonly string[] | null
  /** Where zsh has its modules; null: where it looks for them. */
  readonly modules: string | null
  readonly env: Readonly<Record<string, string>>
}

/** The shell on the PATH, else Debian's, unpacked with the libraries that are missing here. */
export async function otherShell(name: 'zsh' | 'fish'): Promise<OtherShell> {
  if (spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0) {
    return { executable: name, functions: null, modules: null, env: {} }
  }
  const home = await debianPackages(name, [name, `${name}-common`])
  const libraries = readdirSync(join(home, 'usr/lib')).find(found => found.endsWith('-linux-gnu')) ?? ''
  const library = join(home, 'usr/lib', libraries)
  const env = { LD_LIBRARY_PATH: library }
  if (name === 'fish') {
    const functions = [join(home, 'usr/share/fish/functions')]
    return { executable: join(home, 'usr/bin/fish'), functions, modules: null, env }
  }
  const version = readdirSync(join(library, 'zsh')).find(found => /^\d/.test(found)) ?? ''
  const root = join(home, 'usr/share/zsh/functions')
  const functions = readdirSync(root, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name))
  return { executable: join(home, 'bin/zsh'), functions, modules: join(library, 'zsh', version), env }
}
