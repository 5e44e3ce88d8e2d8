import { KoffError } from '../base/errors.ts'
import { consumerOffsets } from '../coordinator/consumerOffsets.ts'
import { type StoredPartition, stateVersion } from '../state/stored/entry.ts'
import type { Deployment } from './deployment.ts'
import { differences, eventsTopicSetting, type SharedSettings, textOf } from './sharedSettings.ts'
import type { LogRange, SourceLog } from './sourceLog.ts'
import type { StoredState } from './storedState.ts'

const begins = 'and reads them as at a first start: each group gets a group-snapshot'
/** What to do where state and log no longer belong together. */
export const resetCure = `Start koff once with --reset-unusable-state: it discards the state of such partitions ${begins}`

/** @throws KoffError STATE_INVALID where the state is of another cluster or of a newer version. */
export function checkOrigin(partition: number, { cluster, version }: StoredPartition, here: string): void {
  const what = `the stored state of partition ${partition}`
  if (cluster !== here) {
    throw invalid(
      `${what} is of cluster ${cluster}, and this is cluster ${here}: give this deployment a name, or a state topic or folder, of its own`,
    )
  }
  if (version > stateVersion) {
    throw invalid(
      `${what} is of version ${version}, which a newer koff wrote; this one reads version ${stateVersion}: run the newer one`,
    )
  }
}

/** Why koff cannot continue from a stored state on this log; null where it can. */
export function misfit(
  partition: number,
  { partition: { position }, delivery }: StoredState,
  { topicId, partitions }: Pick<SourceLog, 'topicId' | 'partitions'>,
  { end, commonEnd }: Pick<LogRange, 'end'> & { readonly commonEnd: number },
): string | null {
  const isAnother = delivery !== null && delivery.topicId !== null && topicId !== null && delivery.topicId !== topicId
  if (isAnother && position > 0) {
    return `${consumerOffsets} was deleted and created again since koff stored its state (its topic id was ${delivery.topicId} and is ${topicId})`
  }
  if (delivery !== null && delivery.partitions !== partitions) {
    return `${consumerOffsets} has ${partitions} partitions, and had ${delivery.partitions} when koff stored its state: groups are in other partitions now`
  }
  if (end < position) {
    return `${consumerOffsets} ${partition} ends at offset ${end}, and koff had read it to offset ${position}: records that it had read are no longer in the log`
  }
  if (commonEnd < position) {
    return `${consumerOffsets} ${partition} was truncated to offset ${commonEnd} and grew again, and koff had read it to offset ${position}: records that it had read are no longer in the log (unclean leader election)`
  }
  return null
}

/** @throws KoffError STATE_INVALID where the topic is not the one that this process started with. */
export function checkTopicId(began: string | null, now: string | null): void {
  if (began === null || now === null || began === now) return
  throw invalid(`${consumerOffsets} was deleted and created again while koff ran. ${resetCure}`)
}

/** @throws KoffError SETTINGS_DIFFER where the events went to another topic, without a confirmation. */
export function checkEventsTopic(stored: SharedSettings | undefined, { settings, acceptedTopic }: Deployment): void {
  const before = stored?.[eventsTopicSetting]
  const now = settings[eventsTopicSetting]
  if (before === undefined || now === undefined || textOf(before) === textOf(now) || acceptedTopic === now) return
  throw new KoffError(
    'SETTINGS_DIFFER',
    `the events of this deployment went to topic ${String(before)} until now, and its configuration names topic ${String(now)}. To go on there, start koff once with --accept-events-topic ${String(now)}; else set topic: ${String(before)}, or give this deployment another name`,
  )
}

/** A line for each setting that differs from the stored one. */
export function settingChanges({ delivery }: StoredState, { settings }: Deployment): readonly string[] {
  return differences(settings, delivery?.settings ?? {}).map(
    ({ name, here, there }) => `setting ${name} is ${textOf(here)} now, and was ${textOf(there)}`,
  )
}

export function invalid(message: string): KoffError {
  return new KoffError('STATE_INVALID', message)
}
