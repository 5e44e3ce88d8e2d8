import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

/* Loaded by a process of Node's own: vitest would resolve and strip in its way. */

const run = promisify(execFile)
const program = fileURLToPath(new URL('loadEach.ts', import.meta.url))
const loader = new URL('../../src/pipelines/load.ts', import.meta.url).href

let home: string
beforeAll(() => {
  // Far from the checkout: no node_modules is near.
  home = mkdtempSync(join(tmpdir(), 'koff-pipelines-'))
})
afterAll(() => rmSync(home, { recursive: true }))

async function loaded(files: Readonly<Record<string, string>>): Promise<unknown[]> {
  const paths = Object.keys(files).map(name => join(home, name))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), text)
  }
  const { stdout } = await run(process.execPath, [program, ...paths])
  return (JSON.parse(stdout) as unknown[]).map(
    result => JSON.parse(JSON.stringify(result).replaceAll(home, '~')) as unknown,
  )
}

const typescript = `
import { definePipeline, type KoffEvent } from 'koff'
import { filter } from 'rxjs'
import { map } from 'rxjs/operators'
const isLarge = (event: KoffEvent): boolean => event.type === 'rebalance' && event.data.moved > 3
export default definePipeline({ name: 'a', on: 'rebalance', operators: [filter(isLarge), map(event => event)], to: { type: 'stdout' } })
`
const one = { name: 'a', on: ['rebalance'], operators: 2, to: { type: 'stdout', format: 'auto' } }

it('a file in TypeScript or JavaScript is loaded from anywhere, also below a node_modules, without a build', async () => {
  const javascript = typescript.replace(', type KoffEvent', '').replace(/\(event: KoffEvent\): boolean/, 'event')
  expect(
    await loaded({ 'a.ts': typescript, 'b.mjs': javascript, 'node_modules/shop/pipelines/c.ts': typescript }),
  ).toEqual([one, one, one])
})

it('paths in it are relative to the file itself, and its defaults are those of a configuration', async () => {
  const history = `import { definePipeline } from 'koff'
export default definePipeline({ name: 'h', to: { type: 'history', file: 'data/history.db' } })`
  expect(await loaded({ 'deep/h.ts': history })).toEqual([
    { name: 'h', operators: 0, to: { type: 'history', file: '~/deep/data/history.db', progressEveryMs: 60_000 } },
  ])
})

it('all its faults are reported at once, with suggestions for names', async () => {
  const wrong = `import { definePipeline } from 'koff'
export default definePipeline({ name: 'my pipeline', on: ['rebalnce'], where: { group: ['a'] }, operators: [7],
  to: { type: 'kafak', topic: 't' } })`
  const results = await loaded({
    'wrong.ts': wrong,
    'none.ts': 'export const pipeline = 1',
    'broken.ts': 'export default {',
    'throws.ts': "\nthrow new Error('no such owner')",
    'uses.ts': "import './broken.ts'",
    'lost.ts': "import 'no-such-package'",
    'secret.ts': `import { definePipeline } from 'koff'
export default definePipeline({ name: 'q', to: { type: 'bullmq', queue: 'a:b', redis: { url: 'http://:hunter2@a' } } })`,
    'typo.ts': `import { definePipeline } from 'koff'
export default definePipeline({ name: 'a', operator: [], to: { type: 'stdout' } })`,
    'with import.ts': "import 'rxjs'\n\nthrow new Error('no such owner')",
    'later #1.ts': "import 'koff'\nawait Promise.reject(new Error('no answer'))",
    'text.txt': 'koff',
  })
  expect(results).toEqual([
    {
      code: 'CONFIG_INVALID',
      message: [
        '~/wrong.ts: name: must be 1 to 100 letters, digits, dots, underscores or hyphens',
        '~/wrong.ts: on[0]: unknown event type or severity "rebalnce"; did you mean rebalance?',
        '~/wrong.ts: where.group: unknown key; did you mean groups?',
        '~/wrong.ts: to.type: unknown "kafak"; did you mean kafka? known: stdout, kafka, bullmq, history, webhook',
        '~/wrong.ts: operators: must be a list of RxJS operators',
      ].join('\n'),
    },
    {
      code: 'CONFIG_INVALID',
      message: '~/none.ts: does not export a pipeline; write export default definePipeline({ … })',
    },
    { code: 'CONFIG_INVALID', message: expect.stringMatching(/^~\/broken\.ts:1: cannot be loaded: [^\n]+$/) },
    { code: 'CONFIG_INVALID', message: '~/throws.ts:2: cannot be loaded: no such owner' },
    { code: 'CONFIG_INVALID', message: expect.stringMatching(/^~\/uses\.ts: ~\/broken\.ts:1: cannot be loaded: /) },
    {
      code: 'CONFIG_INVALID',
      message: "~/lost.ts: cannot be loaded: Cannot find package 'no-such-package' imported from ~/lost.ts",
    },
    {
      code: 'CONFIG_INVALID',
      message: [
        '~/secret.ts: to.queue: must be the name of a queue: no colon, at most 200 characters',
        '~/secret.ts: to.redis.url: must be a redis:// or rediss:// address',
      ].join('\n'),
    },
    { code: 'CONFIG_INVALID', message: '~/typo.ts: operator: unknown key; did you mean operators?' },
    { code: 'CONFIG_INVALID', message: '~/with import.ts:3: cannot be loaded: no such owner' },
    { code: 'CONFIG_INVALID', message: '~/later #1.ts:2: cannot be loaded: no answer' },
    { code: 'CONFIG_INVALID', message: '~/text.txt: cannot be loaded: Unknown file extension ".txt" for ~/text.txt' },
  ])
})

it('a file that never ends its loading is given up', async () => {
  const path = join(home, 'waits.ts')
  writeFileSync(path, 'await new Promise(() => undefined)\nexport default 1\n')
  const program = `
    import { loadPipeline } from ${JSON.stringify(loader)}
    await loadPipeline(${JSON.stringify(path)}, { loadWithinMs: 50 }).catch(({ code, message }) => console.log(code, message))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program])
  expect(stdout.replaceAll(home, '~')).toBe(
    'CONFIG_INVALID ~/waits.ts: cannot be loaded: its top-level await has not ended after 0.05 s\n',
  )
})

it('a file that is not there is said to be so', async () => {
  const { stdout } = await run(process.execPath, [program, join(home, 'nowhere.ts')])
  expect(stdout).toContain('nowhere.ts: cannot be read: no such file or directory')
})
