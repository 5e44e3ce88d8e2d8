import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { JavaAdmin } from '../clients/admin.ts'
import { startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import type { Expected } from './expected.ts'
import { koff } from './koff.ts'
import { createOrders, type World } from './sharing.ts'
import { byGroup, decoded, type EventLine, inOrderOfTombstones, replayed, said, toldAll, watchEvents } from './watch.ts'

/** Lets a group live; gives what must be said of it. */
export type Life = (world: LivingWorld, group: string) => Promise<readonly Expected[]>

export interface LivingWorld extends World {
  /** Waits until koff has told of this group in these words. */
  readonly told: (group: string, words: string) => Promise<unknown>
}

/** What was to be said of each group, and what was. */
export interface Told {
  readonly expected: Readonly<Record<string, readonly Expected[]>>
  readonly said: Readonly<Record<string, readonly Expected[]>>
  /** What a recording of the same broker says, read afterwards. */
  readonly again: Readonly<Record<string, readonly EventLine[]>>
  readonly live: Readonly<Record<string, readonly EventLine[]>>
}

/** Lets all groups live side by side on a broker of its own, while `koff events` watches from before the first of them. */
export async function livesOn(version: string, lives: Readonly<Record<string, Life>>): Promise<Told> {
  await using kafka = await startKafka({ version })
  await using java = await startJava()
  const { bootstrap } = kafka
  const admin = await java.admin(bootstrap)
  await createOrders({ bootstrap, java, admin })
  await using watch = watchEvents(kafka)
  await until({
    what: 'koff waits for __consumer_offsets',
    ask: async () => watch.stderr(),
    good: text => text.includes('__consumer_offsets is not there yet'),
  })
  const told = (group: string, words: string) =>
    watch.line(line => line.includes(`"group":${JSON.stringify(group)}`) && line.includes(words))
  const world = { bootstrap, java, admin, told }
  const expected = Object.fromEntries(
    await Promise.all(Object.entries(lives).map(async ([group, life]) => [group, await life(world, group)] as const)),
  )
  const live = byGroup(await toldAll(watch, { kafka, admin }))
  const records = await decoded(kafka)
  return {
    expected: Object.fromEntries(
      Object.entries(expected).map(([group, events]) => [group, inOrderOfTombstones(events, group, records)]),
    ),
    said: Object.fromEntries(Object.entries(live).map(([group, events]) => [group, said(events)])),
    again: await recorded(kafka, admin),
    live,
  }
}

async function recorded(kafka: Kafka, admin: JavaAdmin): Promise<Record<string, EventLine[]>> {
  const home = mkdtempSync(join(tmpdir(), 'koff-lives-'))
  try {
    const file = join(home, 'lives.ndjson.gz')
    const { code, stderr } = await koff(['record', '--brokers', kafka.bootstrap, '--until-end', '-o', file])
    expect({ code, stderr }).toMatchObject({ code: 0 })
    void admin
    return await replayed(kafka, file)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
