import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { configurationPage } from '../../scripts/docs/configurationPage.ts'
import { configJsonSchema } from '../../src/config/jsonSchema.ts'
import { loadConfig } from '../../src/config/load.ts'
import { planPipelines } from '../../src/pipelines/plan.ts'
import { openSink } from '../../src/sinks/configured.ts'
import { runKoff } from '../commands/runKoff.ts'
import { events } from './events.ts'
import { written } from './memorySink.ts'
import { sinkContext } from './sinkContext.ts'

/* One line more in the registry, and nothing else, makes `memory` a type of sink. */
vi.mock(import('../../src/sinks/registry.ts'), async original => {
  const { sinks } = await original()
  const { memorySink } = await import('./memorySink.ts')
  return { sinks: [...sinks, memorySink] as unknown as typeof sinks }
})

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'koff-registry-'))
})
afterAll(() => rmSync(home, { recursive: true }))

function file(name: string, text: string): string {
  writeFileSync(join(home, name), text)
  return join(home, name)
}

describe('one line in the registry of sinks', () => {
  it('makes the JSON schema of configurations have its keys', () => {
    const { properties } = configJsonSchema()
    const known = properties?.['sinks']?.items?.oneOf?.map(variant => variant.properties ?? {})
    expect(known?.find(({ type }) => type?.const === 'memory')).toMatchObject({
      type: { description: 'A list in memory.' },
      size: { anyOf: [{ minimum: 1, maximum: 1_000 }, {}], default: 10, description: 'How many events it takes.' },
    })
  })

  it('makes docs/configuration.md have a table of it', () => {
    expect(configurationPage()).toContain(
      [
        '## `sinks[]`: `type` `memory`',
        'A list in memory.',
        '| key | type | default | |\n|---|---|---|---|\n| `type` | `memory` | required | Which of them it is. |\n| `size` | number 1–1000 | `10` | How many events it takes. |',
      ].join('\n\n'),
    )
  })

  it('makes koff config check accept it, in sinks and in a pipeline, and report its faults', async () => {
    const right = file('right.yaml', 'sinks:\n  - { type: memory }\n')
    expect(await runKoff(['config', 'check', right])).toMatchObject({
      code: 0,
      stdout: `${right}: valid; pipelines: memory-10 (memory)\n`,
    })
    const wrong = file('wrong.yaml', 'pipelines:\n  - { name: a, to: { type: memory, sise: 3 } }\n')
    expect(await runKoff(['config', 'check', wrong])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('pipelines[0].to.sise: unknown key; did you mean size?') as string,
    })
    const unknown = file('unknown.yaml', 'sinks:\n  - { type: memroy }\n')
    expect((await runKoff(['config', 'check', unknown])).stderr).toContain('did you mean memory?')
  })

  it('opens with its defaults and gets the events', async () => {
    const config = file('open.yaml', 'sinks:\n  - { type: memory, size: 3 }\n')
    const { carrier } = await planPipelines(loadConfig({ file: config, variables: {} }))
    await using sink = await openSink(carrier.to, sinkContext())
    await sink.open(new AbortController().signal)
    await sink.write(events(5), new AbortController().signal)
    expect(written.map(({ id }) => id)).toEqual(events(3).map(({ id }) => id))
  })
})
