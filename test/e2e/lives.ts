import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Settings } from '../clients/actor.ts'
import { startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { startKafka } from '../servers/kafka.ts'
import type { Expected } from './expected.ts'
import { koff } from './koff.ts'
import { createOrders, type World } from './sharing.ts'
import {
  byGroup,
  decoded,
  type EventLine,
  expectSoundEnvelopes,
  inOrderOfTombstones,
  replayed,
  said,
  toldAll,
  watchEvents,
} from './watch.ts'

/** Lets a group live; gives what must be said of it. */
export type Life = (world: LivingWorld, group: string) => Promise<readonly Expected[]>

export interface LivingWorld extends World {
  /** A folder for whatever has state. */
  readonly home: string
  /** Of the broker's first record of a classic group, '' where that is one of a group without members. */
  readonly protocolType: '' | 'consumer'
  /** Settings of one group (KIP-848 and later), where the broker takes such; else it has those that it was started with. */
  readonly setGroupConfig: (group: string, settings: Settings) => Promise<void>
  /** Waits until koff has told of this group in these words. */
  readonly told: (group: string, words: string) => Promise<unknown>
}

/** A broker, and who lives on it. */
export interface Broker {
  readonly version: string
  readonly protocolType: LivingWorld['protocolType']
  readonly properties?: Settings
  readonly lives: Readonly<Record<string, Life>>
}

/** What was to be said of each group, and what was. */
export interface Told {
  readonly expected: Readonly<Record<string, readonly Expected[]>>
  readonly said: Readonly<Record<string, readonly Expected[]>>
  /** What a recording of the same broker says, read afterwards. */
  readonly again: Readonly<Record<string, readonly EventLine[]>>
  readonly live: Readonly<Record<string, readonly EventLine[]>>
}

/** Three brokers at once make a small machine slow. */
const patientMs = 90_000

/** Lets all groups live side by side on a broker of its own, while `koff events` watches from before the first of them. */
export async function livesOn({ version, protocolType, lives, properties = {} }: Broker): Promise<Told> {
  const home = mkdtempSync(join(tmpdir(), 'koff-lives-'))
  try {
    await using kafka = await startKafka({ version, properties })
    await using java = await startJava()
    const { bootstrap } = kafka
    const admin = await java.admin(bootstrap)
    await createOrders({ bootstrap, java, admin })
    await using watch = watchEvents(kafka)
    await until({
      what: 'koff waits for __consumer_offsets',
      ask: async () => watch.stderr(),
      good: text => text.includes('__consumer_offsets does not exist yet'),
      withinMs: patientMs,
    })
    const told = (group: string, words: string) =>
      watch.line(line => line.includes(`"group":${JSON.stringify(group)}`) && line.includes(words), patientMs)
    const setGroupConfig = async (group: string, settings: Settings) => {
      if (version.startsWith('4.')) await admin.setGroupConfig(group, settings)
    }
    const world = { bootstrap, java, admin, home, protocolType, setGroupConfig, told }
    const expected = await Promise.all(
      Object.entries(lives).map(async ([group, life]) => [group, await life(world, group)] as const),
    )
    const events = await toldAll(watch, { kafka, admin })
    const live = byGroup(events)
    const records = await decoded(kafka)
    expectSoundEnvelopes(
      events.filter(({ group }) => group !== ''),
      kafka,
      records,
    )
    const file = join(home, 'lives.ndjson.gz')
    expect(await koff(['record', '--brokers', kafka.bootstrap, '--until-end', '-o', file])).toMatchObject({ code: 0 })
    return {
      expected: Object.fromEntries(
        expected.map(([group, events]) => [group, inOrderOfTombstones(events, group, records)]),
      ),
      said: Object.fromEntries(Object.entries(live).map(([group, events]) => [group, said(events)])),
      again: await replayed(kafka, file),
      live,
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
