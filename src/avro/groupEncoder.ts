import { retry } from '../base/retry.ts'
import { namespace } from '../events/eventRecord.ts'
import { type GroupState, groupState } from '../events/groupState.ts'
import type { EncoderContext } from './eventEncoder.ts'
import { type RegistryOptions, registryAddress } from './options.ts'
import { RegisteredRecords } from './registeredRecords.ts'
import { type SubjectStrategy, subjectOf } from './subjects.ts'

export interface GroupEncoderOptions {
  readonly registry: RegistryOptions
  /** Of the groups. */
  readonly topic: string
  /** `topic` unless given: the topic has one record. */
  readonly subjects?: SubjectStrategy | undefined
}

/**
 * Registers the schema of the groups topic, and returns the function that encodes groups in Confluent's wire format; a
 * result is valid until the next call.
 * @throws KoffError as `openEventEncoder`.
 */
export async function openGroupEncoder(
  { registry, topic, subjects = 'topic' }: GroupEncoderOptions,
  { signal, log, opening }: EncoderContext,
): Promise<(value: GroupState) => Buffer> {
  const address = registryAddress(registry)
  const records = new RegisteredRecords(address, log)
  const subject = subjectOf(subjects, topic, `${namespace}.${groupState.name}`)
  const attempt = async () => {
    const [failure] = await records.register([{ record: groupState, subject }], signal)
    if (failure !== undefined) throw failure
  }
  const watch = opening?.(`schema registry ${address.host}`)
  await retry(attempt, { signal, timeoutMs: address.timeoutMs, watch })
  return value => records.encode(groupState, value)
}
