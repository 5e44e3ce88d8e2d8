import { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Fold } from '../engine/fold.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { PartitionState } from '../state/partition.ts'
import { stateVersion } from '../state/stored/entry.ts'
import type { Deployment } from './deployment.ts'
import { endedWhileAway } from './endedWhileAway.ts'
import type { PartitionOutput } from './output.ts'
import type { LogRange, SourceLog } from './sourceLog.ts'
import { checkEventsTopic, checkOrigin, invalid, misfit, resetCure, settingChanges } from './stateChecks.ts'
import { DeliveryEntry, numbersAfter, numbersAt, type StoredDelivery } from './storedDelivery.ts'
import { discardStored, readStored, type StoredState } from './storedState.ts'

export interface RestoreOptions {
  readonly fold: Fold
  readonly partition: number
  readonly output: PartitionOutput
  readonly sourceLog: SourceLog
  readonly deployment: Deployment
  /** The position of the last commit of this process; undefined before the first. */
  readonly committed: number | undefined
  readonly log: Log
  /** Logs a line that holds for all partitions, once. */
  readonly announce: (line: string) => void
  readonly signal: AbortSignal
  /** ms since the epoch; Date.now unless given. */
  readonly now?: () => number
}

/** A partition whose state is in the fold, ready to be read on. */
export interface Restored {
  readonly entry: DeliveryEntry
  /** Events to deliver before those of the log. */
  readonly events: readonly KoffEvent[]
  /** Records that the log lost below this offset are accounted for. */
  readonly knownStart: number
  /** How long the log keeps tombstones, ms. */
  readonly tombstonesKeptMs: number
}

/**
 * Restores the stored state of a partition into the fold, completely or not at all, after checking it against the
 * present log. A state of version 1 is read as well; the first commit replaces it.
 * @throws KoffError STATE_INVALID where the state is invalid or belongs to another log; STATE_LOST where it is older
 * than the last commit of this process; SETTINGS_DIFFER.
 */
export async function restorePartition(options: RestoreOptions): Promise<Restored> {
  const { fold, partition, sourceLog, deployment, committed, signal, announce, now = Date.now } = options
  const state = fold.newState(partition)
  const keptMs = await sourceLog.tombstonesKeptMs(signal)
  const range = await sourceLog.range(partition, signal)
  const first = (reason: string | null) =>
    firstRead(options, reason, { knownStart: range.start, tombstonesKeptMs: keptMs })

  const stored = await readStored(options.output, state, signal).catch((error: unknown) => {
    if (error instanceof KoffError && error.code === 'STATE_LOST' && committed === undefined) return error
    throw error
  })
  if (stored instanceof KoffError) return await first(stored.message)
  if (committed !== undefined && (stored === null || stored.partition.position < committed)) {
    throw lost(partition, committed, stored?.partition.position ?? null)
  }
  if (stored === null) return await first(null)
  checkOrigin(partition, stored.partition, state.cluster)
  const { position, leaderEpoch = -1 } = stored.partition
  const commonEnd = await sourceLog.commonEnd(partition, { position, leaderEpoch }, signal)
  const reason = misfit(partition, stored, sourceLog, { ...range, commonEnd })
  if (reason !== null && deployment.resetsState !== true) throw invalid(`${reason}. ${resetCure}`)
  if (reason !== null) return await first(reason)
  checkEventsTopic(stored.delivery?.settings, deployment)
  finishRestoring(options, stored)

  const at = now()
  const absence = absenceOf(stored, { range, at, keptMs })
  if (absence.isTooLong && state.inHistory)
    return await first(`partition ${partition}: its first read was interrupted for too long (${absence.why})`)
  for (const line of settingChanges(stored, deployment)) announce(line)
  let { currentAt, numbers } = deliveryOf(stored, state)
  let gone: readonly KoffEvent[] = []
  if ((absence.isTooLong || stored.partition.position < range.start) && !state.inHistory) {
    gone = await catchUp(options, state, { why: absence.why, firstNumber: numbers.gone })
    currentAt = at
  }
  const snapshots = admittedNow(state, stored, { deployment, firstNumber: numbers.snapshots })
  const events = [...gone, ...snapshots]
  numbers = numbersAfter(events, numbers)
  fold.adopt(partition, state)
  const { topicId, partitions } = sourceLog
  const entry = new DeliveryEntry(
    { topicId, partitions, currentAt, settings: deployment.settings, numbers },
    stored.delivery,
  )
  return {
    entry,
    events: events.filter(event => fold.types.has(event.type)),
    knownStart: range.start,
    tombstonesKeptMs: keptMs,
  }
}

/** `reason`: why a stored state is discarded. */
async function firstRead(
  { fold, partition, output, sourceLog, deployment, log, signal, now = Date.now }: RestoreOptions,
  reason: string | null,
  place: Pick<Restored, 'knownStart' | 'tombstonesKeptMs'>,
): Promise<Restored> {
  const state = fold.newState(partition)
  if (reason !== null) {
    log.warn(`${reason}: koff reads it as at a first start`, { partitions: [partition], reason })
    await discardStored(output, state, signal)
  }
  fold.adopt(partition, state)
  const { topicId, partitions } = sourceLog
  const value = {
    topicId,
    partitions,
    currentAt: now(),
    settings: deployment.settings,
    numbers: numbersAt(0, undefined),
  }
  return { ...place, entry: new DeliveryEntry(value, null), events: [] }
}

function finishRestoring({ partition, log }: RestoreOptions, { restoring, partition: { version } }: StoredState): void {
  const what = `the stored state of partition ${partition}`
  try {
    restoring.finish()
  } catch (error) {
    throw invalid(`${what} cannot be used: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (version === stateVersion) return
  log.info(`${what} is of version ${version}: the next commit stores it in version ${stateVersion}`, { partition })
}

/** Versions without that entry had read up to the last record. */
function deliveryOf({ delivery }: StoredState, state: PartitionState): Pick<StoredDelivery, 'currentAt' | 'numbers'> {
  const { position, historyEnd, inHistory, timestamp } = state
  if (delivery !== null) return { currentAt: delivery.currentAt, numbers: numbersAt(position, delivery.numbers) }
  const snapshots = position === historyEnd && !inHistory ? state.sortedGroups().length : 0
  return { currentAt: timestamp, numbers: { position, snapshots, gone: 0 } }
}

interface Moment {
  readonly range: LogRange
  /** ms since the epoch. */
  readonly at: number
  readonly keptMs: number
}

function absenceOf({ partition: { position, timestamp }, delivery }: StoredState, { range, at, keptMs }: Moment) {
  const since = delivery?.currentAt ?? timestamp
  const awayMs = at - since
  // Nothing is known of a partition without records, and so nothing of it can have ended.
  const isTooLong = position > 0 && awayMs > keptMs
  if (position < range.start) {
    return { isTooLong, why: `the log begins at offset ${range.start}, but koff had read only to ${position}` }
  }
  const kept = duration(keptMs)
  // Messages of format v0 have no time.
  if (since <= 0) return { isTooLong, why: `its stored state has no time, and tombstones are kept for ${kept}` }
  const what = delivery === null ? 'its last record was read' : 'koff last read to its end'
  return { isTooLong, why: `it is ${duration(awayMs)} since ${what}, and tombstones are kept for ${kept}` }
}

interface CatchUpOptions {
  readonly why: string
  readonly firstNumber: number
}

async function catchUp(options: RestoreOptions, state: PartitionState, { why, firstNumber }: CatchUpOptions) {
  const { partition, sourceLog, log, signal } = options
  const partitions = [partition]
  log.warn(
    `partition ${partition}: ${why}; koff reads it again from its start, to find groups and offsets that ended meanwhile`,
    { partitions },
  )
  const gone = await endedWhileAway({ partition, state, sourceLog, log, signal, firstNumber })
  log.info(`partition ${partition}: ${gone.length} events about what ended meanwhile`, {
    partitions,
    events: gone.length,
  })
  return gone
}

interface AdmittedOptions {
  readonly deployment: Deployment
  readonly firstNumber: number
}

/** Snapshots of the groups that the previous settings did not admit. */
function admittedNow(state: PartitionState, { delivery }: StoredState, { deployment, firstNumber }: AdmittedOptions) {
  if (delivery === null || state.inHistory) return []
  const before = deployment.admits(delivery.settings)
  const after = deployment.admits(deployment.settings)
  return state.snapshots(({ name, lastType }) => after(name, lastType) && !before(name, lastType), firstNumber)
}

function lost(partition: number, committed: number, found: number | null): KoffError {
  const what = found === null ? 'the topic or file now holds nothing' : `the topic or file now holds offset ${found}`
  return new KoffError(
    'STATE_LOST',
    `partition ${partition}: this process stored its state up to offset ${committed}, but ${what}: the state was deleted or truncated while koff ran. Restart koff: it continues from what is left, or begins as at a first start`,
  )
}

function duration(ms: number): string {
  return ms >= 3_600_000 ? `${(ms / 3_600_000).toFixed(1)} h` : `${(ms / 1_000).toFixed(1)} s`
}
