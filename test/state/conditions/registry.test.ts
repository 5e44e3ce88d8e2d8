import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { pages } from '../../../scripts/docs/pages.ts'
import { conditionSettings } from '../../../src/config/conditionSettings.ts'
import { configJsonSchema } from '../../../src/config/jsonSchema.ts'
import { loadConfig } from '../../../src/config/load.ts'
import type { KoffEvent } from '../../../src/events/envelope.ts'
import { countOpen } from '../../../src/state/conditions/openConditions.ts'
import type { SettingsOf } from '../../../src/state/conditions/settings.ts'
import { encodeState } from '../../../src/state/stored/encode.ts'
import { runKoff } from '../../commands/runKoff.ts'
import { restoreInto } from '../stored/restoreInto.ts'
import { member, World } from './world.ts'

/* Two lines more in the registry of events and one in that of conditions make `group-crowded` a condition. */
vi.mock(import('../../../src/events/registry.ts'), async original => {
  const { definitions } = await original()
  const { groupCrowded, groupThinned } = await import('./crowded.ts')
  const at = definitions.findIndex(({ type }) => type === 'koff-caught-up')
  const all = [...definitions.slice(0, at), groupCrowded, groupThinned, ...definitions.slice(at)]
  return { definitions: all as unknown as typeof definitions }
})
vi.mock(import('../../../src/state/conditions/registry.ts'), async original => {
  const { conditions } = await original()
  const { crowded } = await import('./crowded.ts')
  return { conditions: [...conditions, crowded] as unknown as typeof conditions }
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

function settingsOf(yaml: string): SettingsOf {
  const { config } = loadConfig({ file: file('settings.yaml', yaml), variables: {} })
  return conditionSettings(config.conditions)
}

function page(path: string): string {
  return pages().find(one => one.path === path)?.text ?? ''
}

/** What the events of a type say; the types of TypeScript do not know it. */
function told(events: readonly KoffEvent[], wanted: string) {
  return events.flatMap(({ id, type, time, data }) => ((type as string) === wanted ? [{ id, type, time, data }] : []))
}

describe('one line in the registry of conditions', () => {
  it('puts the thresholds into the JSON schema of configurations, for all groups and for some', () => {
    const section = configJsonSchema().properties?.['conditions']
    const description = '`group-crowded`: how many members are a crowd.'
    expect(section?.properties?.['crowdMembers']).toMatchObject({ default: 3, description })
    expect(section?.properties?.['groups']?.items?.properties?.['crowdMembers']).toMatchObject({ description })
  })

  it('puts its tables into the docs, and its events into docs/events.md and the schemas', () => {
    const row = '| `crowdForMs` | duration ≥ 0 | `30000` | `group-crowded`: how long there have to be as many. |'
    expect(page('docs/configuration.md')).toContain(row)
    expect(page('docs/conditions.md')).toContain('| `group-crowded` | `group-thinned` | records |')
    expect(page('docs/conditions.md')).toContain('| `group-crowded` | `crowdForMs` | ms ≥ 0 | 30 s | how long')
    expect(page('docs/events.md')).toContain('### group-crowded')
    expect(page('schemas/group-crowded.avsc')).toContain('"memberCount"')
  })

  it('makes koff config check accept its thresholds, and report their faults', async () => {
    const right = file('right.yaml', 'conditions:\n  crowdMembers: 9\n  groups: [{ pattern: a, crowdForMs: 5m }]\n')
    expect(await runKoff(['config', 'check', right])).toMatchObject({ code: 0 })
    const wrong = file('wrong.yaml', 'conditions:\n  crowdMembers: 1\n  crowdForM: 5\n')
    const { code, stderr } = await runKoff(['config', 'check', wrong])
    expect(code).toBe(2)
    expect(stderr).toContain('conditions.crowdMembers: must be at least 2')
    expect(stderr).toContain('conditions.crowdForM: unknown key; did you mean crowdForMs?')
  })

  it('merges its thresholds for some groups over those for all', () => {
    const of = settingsOf('conditions:\n  crowdMembers: 9\n  groups: [{ pattern: a, crowdForMs: 5 }]\n')
    expect(of('a')).toMatchObject({ crowdMembers: 9, crowdForMs: 5, stallAfterMs: 60_000 })
    expect(of('b')).toMatchObject({ crowdMembers: 9, crowdForMs: 30_000 })
  })

  it('opens it with its defaults, counts it, stores it, and closes it after a restart', () => {
    const world = new World().generation(1, member('a', [0]), member('b', [1]), member('c', [2]))
    const { now } = world
    world.wait(60).tick()
    expect(told(world.events, 'group-crowded')).toEqual([
      { id: '0-0-group-crowded-0', type: 'group-crowded', time: now + 30_000, data: { memberCount: 3 } },
    ])
    const state = world.fold.stateOf(0)
    expect(countOpen({ groups: state.groups, table: state.offsets.table }, () => true)).toMatchObject({
      'group-crowded': 1,
    })
    const entry = encodeState(state).find(({ key }) => key === '["conditions","g"]')
    expect(JSON.parse(entry?.value ?? '')).toMatchObject({ crowd: { open: { id: '0-0-group-crowded-0' } } })
    world.fold.adopt(0, restoreInto(world.fold.newState(0), encodeState(state)))
    world.wait(30).generation(2, member('a', [0, 1, 2]))
    expect(told(world.events, 'group-thinned')).toEqual([
      {
        id: '0-1-group-thinned-0',
        type: 'group-thinned',
        time: now + 90_000,
        data: { opened: '0-0-group-crowded-0', durationMs: 60_000 },
      },
    ])
  })
})
