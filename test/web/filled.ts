import { noLog } from '../../src/base/log.ts'
import { Fold } from '../../src/engine/fold.ts'
import { fillHistory } from '../../src/history/fill.ts'
import { openHistory } from '../../src/history/openHistory.ts'
import type { HistoryReader } from '../../src/history/store.ts'
import type { Input } from '../../src/state/input.ts'
import { prometheusTelemetry } from '../../src/web/prometheus.ts'
import { type HttpServer, type HttpServerOptions, openHttpServer } from '../../src/web/server.ts'
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

/** A server on a free port of this machine, with the API over a history; null: none is configured. */
export function serverOver(
  history: (() => Promise<HistoryReader>) | null,
  options: Partial<HttpServerOptions> = {},
): Promise<HttpServer> {
  return openHttpServer({
    port: 0,
    host: '127.0.0.1',
    log: noLog,
    telemetry: prometheusTelemetry({ version: '0', pipelines: [] }),
    readiness: () => ({ isReady: true, owned: 0, catchingUp: 0, recordsLeft: 0 }),
    api: { mode: 'serve', history, isReady: () => true },
    ...options,
  })
}
