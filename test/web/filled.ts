import { Fold } from '../../src/engine/fold.ts'
import { fillHistory } from '../../src/history/fill.ts'
import { openHistory } from '../../src/history/openHistory.ts'
import type { Input } from '../../src/state/input.ts'
import { scenarioSteps } from '../engine/brokersView.ts'
import { corpusFile, inputsOf } from '../engine/replay.ts'
import { sourceOf } from '../history/sourceOf.ts'

/** Fills a history from a recording, as `koff replay --history` does, with the names of its topics. */
export async function fillFrom(recording: string, place: string): Promise<void> {
  const steps = await scenarioSteps()
  const names = steps.flatMap(({ result }) =>
    Object.entries(result?.topicIds ?? {}).map(([topic, id]): Input => ({ kind: 'topic', id, name: topic })),
  )
  await using store = await openHistory(place)
  await fillHistory({
    wants: () => true,
    source: sourceOf([...names, ...(await inputsOf(corpusFile(recording)))], 1_000),
    fold: new Fold({ cluster: 'c1', history: 'none', tracksChanges: true }),
    cluster: 'c1',
    store,
    signal: new AbortController().signal,
  })
}
