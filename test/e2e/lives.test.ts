import { beforeAll, describe, expect, it } from 'vitest'
import { versions } from '../servers/versions.ts'
import { consumerLife } from './consumerLife.ts'
import { javaClassicLife } from './javaClassicLife.ts'
import { kafkajsLife } from './kafkajsLife.ts'
import { type Broker, type Life, livesOn, type Told } from './lives.ts'
import { migrationLife } from './migrationLife.ts'
import { regexLife } from './regexLife.ts'
import { shareLife } from './shareLife.ts'
import { simpleLife } from './simpleLife.ts'
import { streamsLife } from './streamsLife.ts'
import { transactionalLife } from './transactionalLife.ts'

const shop: Life = (world, group) => javaClassicLife({ ...world, group })
const till: Life = (world, group) => kafkajsLife({ ...world, group })
const cellar: Life = (world, group) => simpleLife({ ...world, group })
const stream: Life = (world, group) => streamsLife(world, group, ['classic'])
const classic = { shop, till, cellar, ledger: transactionalLife }

/** Who lives on which broker. What of classic groups lives on the newest one is in `classicLife.test.ts`. */
const brokers: readonly Broker[] = [
  {
    version: versions.kafka,
    protocolType: '',
    // Nobody of these is killed.
    properties: { 'group.streams.session.timeout.ms': '45000' },
    lives: {
      crew: consumerLife,
      regex: regexLife,
      pool: shareLife,
      ledger: transactionalLife,
      roll: migrationLife,
      river: (world, group) => streamsLife(world, group, ['streams', 'classic']),
      brook: (world, group) => streamsLife(world, group, ['classic', 'streams']),
    },
  },
  {
    version: '3.9.1',
    protocolType: '',
    properties: { 'group.consumer.session.timeout.ms': '10000' },
    lives: { ...classic, stream, crew: consumerLife },
  },
  { version: '3.3.2', protocolType: 'consumer', lives: { ...classic, stream } },
]

const told = new Map<string, Told>()

// Side by side: most of a life is waiting.
beforeAll(async () => {
  const settled = await Promise.allSettled(brokers.map(livesOn))
  for (const [at, result] of settled.entries()) {
    if (result.status === 'rejected') throw result.reason
    told.set(brokers[at]?.version ?? '', result.value)
  }
})

describe.each(brokers)('on Kafka $version', ({ version, lives }) => {
  it.each(Object.keys(lives))('the life of %s has every event, none missing, none extra', group => {
    expect(told.get(version)?.said[group]).toEqual(told.get(version)?.expected[group])
  })

  it('no other group is reported, and a recording gives the same events', () => {
    expect(Object.keys(told.get(version)?.live ?? {}).sort()).toEqual(Object.keys(lives).sort())
    expect(told.get(version)?.again).toEqual(told.get(version)?.live)
  })
})
