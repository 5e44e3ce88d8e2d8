import { setTimeout as sleep } from 'node:timers/promises'
import { KoffError } from '../base/errors.ts'
import { conditionSettings } from '../config/conditionSettings.ts'
import type { Config } from '../config/schema.ts'
import { Fold } from '../engine/fold.ts'
import { eventTypes } from '../events/definitions.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { apply } from '../pipeline/apply.ts'
import type { Shell } from '../terminal/shell.ts'
import { openClusterLog } from './clusterLog.ts'
import { conditionsOf, type StoredCondition } from './storedConditions.ts'

export interface Followed {
  /** Every group as it is. */
  readonly fold: Fold
  /** Open conditions by group: from the state topic, else from koff's own evaluation since its start. */
  readonly conditions: ReadonlyMap<string, readonly StoredCondition[]>
  /** Without a stored state: since when koff evaluates by itself, ms. */
  readonly judgedSince: number | null
  readonly now: number
}

export interface FollowLogOptions {
  readonly shell: Shell
  readonly config: Config
  readonly wants: (group: string) => boolean
  /** The open conditions in the state topic; null without such a topic. */
  readonly conditions: () => Promise<ReadonlyMap<string, readonly StoredCondition[]> | null>
  /** Called with each event of the wanted groups, except those of history. */
  readonly onEvent?: (event: KoffEvent) => void
  readonly draw: (followed: Followed) => Promise<void>
  readonly signal?: AbortSignal
}

const drawEveryMs = 1_000
const sampleEveryMs = 2_000
const conditionsEveryMs = 10_000

/** Follows the groups of a cluster and draws them every second, once history is read, until the signal aborts. */
export async function followLog(options: FollowLogOptions): Promise<void> {
  const { shell, config, wants, onEvent, draw } = options
  const ended = new AbortController()
  const signal = AbortSignal.any([options.signal ?? shell.signal, ended.signal])
  await using log = await openClusterLog({ shell, config, wants, follow: { sampleEveryMs } })
  const fold = new Fold({
    cluster: log.cluster,
    history: 'until-start',
    types: new Set(eventTypes),
    snapshot: false,
    conditions: conditionSettings(config.conditions),
  })
  const source = await log.read(fold)
  const since = Date.now()
  let stored: ReadonlyMap<string, readonly StoredCondition[]> | null = null
  const drawing = repeat(drawEveryMs, signal, async () => {
    const { total, left } = fold.catchUp.extent()
    const isRead = left === 0 && (total > 0 || Date.now() - since > drawEveryMs)
    if (!isRead) return
    const own = () => Map.groupBy([...fold.partitions.values()].flatMap(conditionsOf), ({ group }) => group)
    await draw({ fold, conditions: stored ?? own(), judgedSince: stored === null ? since : null, now: Date.now() })
  })
  const looking = repeat(conditionsEveryMs, signal, async () => {
    stored = await options.conditions().catch((error: unknown) => {
      // Asked for again soon.
      if (error instanceof KoffError && error.retriable) return stored
      throw error
    })
  })
  const reading = (async () => {
    for await (const inputs of source.chunks(signal)) {
      for (const input of inputs) {
        for (const event of apply(fold, input)) if (event.group === '' || wants(event.group)) onEvent?.(event)
      }
    }
  })()
  try {
    await Promise.race([drawing, looking, reading])
  } finally {
    ended.abort()
    await Promise.allSettled([drawing, looking, reading])
  }
}

async function repeat(everyMs: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await work()
    await sleep(everyMs, undefined, { signal }).catch(() => undefined)
  }
}
