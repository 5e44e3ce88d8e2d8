import { int16, int32, int64, nullable, sized, text } from '../state/recordBytes.ts'

/*
 * Writes records of `__consumer_offsets` as Redpanda does (`kafka/server/group_metadata.cc`), independent of koff's own
 * reading.
 */

export interface RedpandaMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeout: number
  readonly sessionTimeout: number
  readonly subscription: Buffer
  readonly assignment: Buffer
}

export interface RedpandaGroup {
  readonly protocolType: string
  readonly generation: number
  readonly protocol: string | null
  readonly leader: string | null
  readonly currentStateTimestamp: bigint
}

export function redpandaMetadata(group: RedpandaGroup, members: readonly RedpandaMember[]): Buffer {
  return Buffer.concat([
    int16(3),
    text(group.protocolType),
    int32(group.generation),
    nullable(group.protocol),
    nullable(group.leader),
    int64(group.currentStateTimestamp),
    int32(members.length),
    ...members.map(member =>
      Buffer.concat([
        int16(3),
        text(member.memberId),
        nullable(member.groupInstanceId),
        text(member.clientId),
        text(member.clientHost),
        int32(member.rebalanceTimeout),
        int32(member.sessionTimeout),
        sized(member.subscription),
        sized(member.assignment),
      ]),
    ),
  ])
}

/** The key of a tombstone as releases of 2024 wrote it: behind its length. */
export function wrapped(key: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32LE(key.length)
  return Buffer.concat([length, key])
}

/** The value of an offset commit, version 3. */
export function committed(offset: bigint, metadata = ''): Buffer {
  return Buffer.concat([int16(3), int64(offset), int32(-1), text(metadata), int64(1_700_000_000_000n)])
}
