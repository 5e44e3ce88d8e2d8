import { KoffError } from '../../../base/errors.ts'
import { differences, type SharedSettings, textOf } from '../../../delivery/sharedSettings.ts'
import type { Claim } from './stickyAssignment.ts'

/** Why an instance gets no partition: a running one has other settings. */
export interface Refusal {
  /** host:pid of that one. */
  readonly instance: string
  readonly settings: SharedSettings
}

/**
 * Which instances may not work, by member id: those whose settings differ from those of the running instances. If all
 * are new, the stored settings count; without stored settings, those of the first by its id. The same claims in any
 * order give the same result. An instance without settings is of an older version and is accepted.
 */
export async function refusals(
  claims: readonly Claim[],
  storedSettings: () => Promise<SharedSettings | null>,
): Promise<ReadonlyMap<string, Refusal>> {
  const sure = claims.flatMap(({ settings, ...claim }) => (settings === undefined ? [] : [{ ...claim, settings }]))
  const working = sure.filter(({ since }) => since > 0).sort((a, b) => b.since - a.since)
  const isOne = sure.every(({ settings }) => differences(settings, sure[0]?.settings ?? {}).length === 0)
  if (isOne) return new Map()
  const byId = sure.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1))
  const stored = working.length > 0 ? null : await storedSettings()
  const fitting = stored === null ? undefined : byId.find(({ settings }) => differences(settings, stored).length === 0)
  const right = working[0] ?? fitting ?? byId[0]
  if (right === undefined) return new Map()
  const { instance = 'another instance', settings } = right
  const wrong = sure.filter(claim => differences(claim.settings, settings).length > 0)
  return new Map(wrong.map(({ memberId }) => [memberId, { instance, settings }]))
}

export function refusalError(here: SharedSettings, { instance, settings }: Refusal): KoffError {
  const different = differences(here, settings).map(
    one => `${one.name} is ${textOf(one.here)} here and ${textOf(one.there)} there`,
  )
  return new KoffError(
    'SETTINGS_DIFFER',
    `another instance of this deployment (${instance}) runs with other settings: ${different.join('; ')}. Stop all instances with the other settings before you start this one, or give this one another name`,
  )
}
