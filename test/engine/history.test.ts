import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { Fold } from '../../src/engine/fold.ts'
import type { RecordBatch } from '../../src/kafka/records/batch.ts'
import { apply } from '../../src/pipeline/apply.ts'
import type { Input } from '../../src/state/input.ts'
import { type Cleaning, compacted } from '../state/compacted.ts'
import { choiceLimit, type LogShape, simulatedLog } from '../state/simulatedCluster.ts'
import { partitionCount } from '../state/simulatedGroup.ts'
import { eventsOfFirstRead, type FirstRead, firstRead } from './historyLaw.ts'
import { corpusFile, inputsOf, recordings } from './replay.ts'
import { recordingByTime, samplesBefore } from './sampledRecording.ts'

/** `npm run laws` asks for more. */
const numRuns = Number(process.env['KOFF_LAW_RUNS'] ?? 300)

const cleaning: fc.Arbitrary<Cleaning> = fc.record({
  rounds: fc.array(fc.oneof(fc.constant(100), fc.noBias(fc.integer({ min: 0, max: 100 }))), {
    minLength: 1,
    maxLength: 3,
  }),
  isDue: fc.oneof(fc.constant([true]), fc.array(fc.boolean(), { minLength: 1, maxLength: 7 })),
  isProducerKnown: fc.boolean(),
})

const shape: fc.Arbitrary<LogShape> = fc.record({
  choices: fc.noBias(fc.array(fc.nat({ max: choiceLimit }), { minLength: 40, maxLength: 400, size: 'max' })),
  magic: fc.constantFrom(2 as const, 2 as const, 2 as const, 1 as const, 0 as const),
})

/**
 * At the end of history the state is a function of the last record of each live key and of the open transactions: for
 * any history, any cut between batches, any legal compaction of what lies before the cut, the events after it are the same.
 */
describe('the events after a first read do not depend on what compaction took before it', () => {
  it('on logs of a simulated coordinator', () => {
    fc.assert(
      fc.property(shape, fc.nat(), cleaning, fc.nat(), (given, at, how, interruption) => {
        const { batches, openAt } = simulatedLog(given)
        // Some cuts lie in the middle of a transaction.
        const cut = at % 4 === 0 && openAt.length > 0 ? (openAt[at % openAt.length] ?? 0) : at % (batches.length + 1)
        const inputs = inputsFrom(batches)
        const read = firstRead(inputs, cut)
        expectSame({ ...read, news: withSamples(read.news) }, how, interruption)
      }),
      { numRuns },
    )
  })

  describe('on recordings', () => {
    const everything = new Map<string, readonly Input[]>()

    beforeAll(async () => {
      for (const name of recordings) everything.set(name, await inputsOf(corpusFile(name)))
      everything.set('dev, with samples', await sampled())
    })

    it.each([...recordings, 'dev, with samples'])('%s', name => {
      const inputs = everything.get(name) ?? []
      fc.assert(
        fc.property(fc.nat(), cleaning, fc.nat(), (at, how, interruption) => {
          expectSame(firstRead(inputs, at % (inputs.length + 1)), how, interruption)
        }),
        { numRuns: Math.ceil(numRuns / (recordings.length + 1)) },
      )
    })
  })
})

function expectSame(read: FirstRead, how: Cleaning, interruption: number): void {
  const history = new Map([...read.history].map(([partition, log]) => [partition, compacted(log, how)]))
  const events = eventsOfFirstRead(read)
  const count = [...history.values()].flat().length
  expect(eventsOfFirstRead({ ...read, history }, interruption % (2 * count + 1))).toEqual(events)
}

function inputsFrom(batches: readonly RecordBatch[]): Input[] {
  return batches.map(batch => ({ kind: 'batch', batch }))
}

/** A round of samples of topic `t` now and then, whose log grows. */
function withSamples(inputs: readonly Input[]): Input[] {
  const topic = { kind: 'topic', id: '', name: 't', partitions: partitionCount } as const
  const rounds = inputs.flatMap((input, at): Input[] => {
    if (input.kind !== 'batch' || at % 4 !== 0) return [input]
    const timestamp = input.batch.maxTimestamp
    const ends = Array.from({ length: partitionCount }, (_, partition): Input => {
      return { kind: 'logEnd', topic: 't', partition, logStart: at, logEnd: (at + 1) * 20, timestamp }
    })
    return [input, ...ends, { kind: 'tick', timestamp }]
  })
  return [topic, ...rounds]
}

/** The recording as a live run has it, with samples of log ends and ticks. */
async function sampled(): Promise<Input[]> {
  const fold = new Fold({ cluster: '', history: 'none' })
  const samples = samplesBefore()
  const inputs: Input[] = []
  for (const input of await recordingByTime()) {
    for (const each of [...samples(input, fold), input]) {
      apply(fold, each)
      inputs.push(each)
    }
  }
  return inputs
}
