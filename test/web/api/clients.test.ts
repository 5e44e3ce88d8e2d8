import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readHistoryBeside } from '../../../src/history/openHistory.ts'
import type { HistoryReader } from '../../../src/history/store.ts'
import type { GroupAnswer, OwnersAnswer } from '../../../src/web/api/answers.ts'
import type { HttpServer } from '../../../src/web/server.ts'
import { runKoff } from '../../commands/runKoff.ts'
import { type Step, scenarioSteps } from '../../engine/brokersView.ts'
import { corpusFile } from '../../engine/replay.ts'
import { fillFrom, serverOver } from '../filled.ts'

/** What a client said of itself while the recording was made. */
interface Report {
  readonly ev: string
  readonly memberId?: string
  /** `topic-partition`; kafkajs gives `assignment` instead. */
  readonly partitions?: readonly string[]
  readonly assignment?: Readonly<Record<string, readonly number[]>>
  /** When, by the clock of the same machine. */
  readonly wall: number
}

interface ReportStep extends Step {
  readonly group?: string
  readonly report?: Report
}

interface Assigned {
  readonly group: string
  readonly memberId: string
  readonly partitions: readonly (readonly [topic: string, partition: number])[]
  readonly wall: number
}

const home = mkdtempSync(join(tmpdir(), 'koff-clients-'))
let reader: HistoryReader & AsyncDisposable
let server: HttpServer
let reports: readonly Assigned[]

beforeAll(async () => {
  const place = join(home, 'dev.db')
  await fillFrom('dev', place)
  reader = await readHistoryBeside(place, 10_000)
  server = await serverOver(async () => reader)
  const known = new Set((await reader.all('SELECT "group" FROM groups')).map(({ group }) => String(group)))
  const steps: readonly ReportStep[] = await scenarioSteps()
  reports = steps.flatMap(({ group = '', report }) =>
    known.has(group) && report?.ev === 'assigned' && report.memberId !== undefined
      ? [{ group, memberId: report.memberId, partitions: partitionsOf(report), wall: report.wall }]
      : [],
  )
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await reader[Symbol.asyncDispose]()
  rmSync(home, { recursive: true })
})

async function ask<Answer>(path: string, query: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await fetch(`${server.url}${path}?${new URLSearchParams(query).toString()}`)
  expect([path, response.status]).toEqual([path, 200])
  return (await response.json()) as Answer
}

function partitionsOf({ partitions = [], assignment = {} }: Report): Assigned['partitions'] {
  const byTopic = Object.entries(assignment).flatMap(([topic, of]) => of.map(one => [topic, one] as const))
  return [...partitions.map(placeOf), ...byTopic]
}

function placeOf(text: string): readonly [topic: string, partition: number] {
  const at = text.lastIndexOf('-')
  return [text.slice(0, at), Number(text.slice(at + 1))]
}

test('whenever a client said that it was assigned a partition, the history says that it owned it', async () => {
  let compared = 0
  const wrong: unknown[] = []
  for (const { group, memberId, partitions, wall } of reports) {
    for (const [topic, partition] of partitions) {
      const query = { topic, partition: String(partition), group, at: String(wall) }
      const { owners } = await ask<OwnersAnswer>('/api/owners', query)
      compared++
      if (!owners.some(owner => owner.memberId === memberId)) wrong.push([topic, partition, memberId, wall, owners])
    }
  }
  expect(wrong).toEqual([])
  expect(compared).toBeGreaterThan(300)
})

/** How late a client may hear of its partitions: a member of the new protocol asks each few seconds. */
const lateMs = 5_000

test('each time that the history says a client owned a partition, the client said so', async () => {
  const said = Map.groupBy(
    reports.flatMap(({ group, memberId, partitions, wall }) =>
      partitions.map(place => ({ key: JSON.stringify([group, memberId, ...place]), wall })),
    ),
    ({ key }) => key,
  )
  let compared = 0
  const unsaid: unknown[] = []
  for (const group of new Set(reports.map(report => report.group))) {
    const { owners } = await ask<OwnersAnswer>('/api/owners', { group, from: '0', limit: '1000' })
    for (const { topic, partition, memberId, from, to } of owners) {
      compared++
      const times = said.get(JSON.stringify([group, memberId, topic, partition])) ?? []
      if (!times.some(({ wall }) => wall >= from - 5 && wall <= (to ?? wall) + lateMs))
        unsaid.push([group, topic, partition, memberId, from, to])
    }
  }
  expect(unsaid).toEqual([])
  expect(compared).toBeGreaterThan(200)
})

test('of a time that the log cannot tell after its compaction the history tells owners and offsets', async () => {
  const first = reports.find(({ partitions }) => partitions.length > 0)
  const at = String(first?.wall ?? 0)
  const compacted = await runKoff(['groups', corpusFile('dev.compacted'), '--at', at, '--json'])
  expect([compacted.code, compacted.stderr]).toEqual([3, expect.stringContaining('not known before')])
  const { group, coverage } = await ask<GroupAnswer>('/api/group', { group: first?.group ?? '', at })
  expect(coverage.complete).toBe(true)
  const holder = group?.members.find(({ id }) => id === first?.memberId)
  const held = Object.entries(holder?.assignment ?? {}).flatMap(([topic, of]) => of.map(one => [topic, one]))
  expect(held).toEqual(first?.partitions)
})
