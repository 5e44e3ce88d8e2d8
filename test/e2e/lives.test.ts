import { beforeAll, describe, expect, it } from 'vitest'
import { versions } from '../servers/versions.ts'
import { consumerLife } from './consumerLife.ts'
import { type Life, livesOn, type Told } from './lives.ts'
import { regexLife } from './regexLife.ts'
import { shareLife } from './shareLife.ts'
import { transactionalLife } from './transactionalLife.ts'

const lives: Readonly<Record<string, Life>> = {
  crew: consumerLife,
  regex: regexLife,
  pool: shareLife,
  ledger: (world, group) =>
    transactionalLife({ ...world, group, protocolType: '', told: words => world.told(group, words) }),
}

describe(`on Kafka ${versions.kafka}`, () => {
  let told: Told
  beforeAll(async () => {
    told = await livesOn(versions.kafka, lives)
  })

  it.each(Object.keys(lives))('the life of %s is told event by event: none missing, none extra', group => {
    expect(told.said[group]).toEqual(told.expected[group])
  })

  it('no other group is told of, and a recording tells the same again', () => {
    expect(Object.keys(told.live).sort()).toEqual(Object.keys(lives).sort())
    expect(told.again).toEqual(told.live)
  })
})
