import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The TypeScript in a Markdown file of the project, block by block. */
export function examplesIn(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code ?? '')
}

export interface ExampleProject extends Disposable {
  readonly directory: string
}

/** A project of somebody who uses koff: these files, and `koff` among its packages (the sources, not what is built). */
export function exampleProject(files: Readonly<Record<string, string>>): ExampleProject {
  const directory = mkdtempSync(join(tmpdir(), 'koff-example-'))
  const koff = join(directory, 'node_modules/koff')
  mkdirSync(koff, { recursive: true })
  for (const name of ['rxjs', '@types'])
    symlinkSync(join(root, 'node_modules', name), join(directory, 'node_modules', name))
  const index = JSON.stringify(join(root, 'src/index.ts'))
  writeFileSync(join(koff, 'package.json'), '{"name":"koff","type":"module","exports":"./index.js"}')
  writeFileSync(join(koff, 'index.js'), `export * from ${index}\n`)
  const settings = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { paths: { koff: [join(root, 'src/index.ts')] } },
    include: ['*.ts'],
  }
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(settings))
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}')
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  return { directory, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) }
}
