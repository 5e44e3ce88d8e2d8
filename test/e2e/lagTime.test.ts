import { expect, test } from 'vitest'
import { lagInTime } from '../lag-time/lagInTime.ts'
import { versions } from '../servers/versions.ts'

/* The short form of `npm run lag-time`. */

test.each(['2.8.2', versions.kafka])('Kafka %s: the truth lies in every interval of lag in time', async version => {
  const outcomes = await lagInTime({ version, seconds: 20, sampleEveryMs: 500 })
  expect(outcomes.flatMap(({ name, faults }) => faults.map(fault => `${name}: ${fault}`))).toEqual([])
  const of = (wanted: string) => outcomes.find(({ name }) => name === wanted)?.by
  for (const bySamples of ['steady', 'bursty', 'idle', 'compacted', 'unordered', 'log-append-time', 'members'])
    expect([bySamples, (of(bySamples)?.samples ?? 0) > 3]).toEqual([bySamples, true])
  for (const byTimestamp of ['compacted', 'old', 'unordered-old', 'log-append-time', 'log-start'])
    expect([byTimestamp, (of(byTimestamp)?.timestamp ?? 0) > 3]).toEqual([byTimestamp, true])
})
