import kafkajs, { type PartitionAssigner } from 'kafkajs'

/** Partitions by topic. */
export type Assignment = Readonly<Record<string, readonly number[]>>

/** Shares the partitions of a group among its members; the leader of the group calls `assign`. */
export interface Assignor {
  readonly name: string
  /** The data that this member sends to the leader beside its topics. */
  readonly userData: () => Buffer
  readonly assign: (members: readonly JoinedMember[]) => Promise<readonly MemberShare[]>
}

export interface JoinedMember {
  readonly memberId: string
  /** Null where it cannot be read. */
  readonly userData: Buffer | null
}

export interface MemberShare {
  readonly memberId: string
  readonly assignment: Assignment
  /** The data that the leader sends to the member beside its partitions. */
  readonly userData: Buffer
}

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol

export function partitionAssigner({ name, userData, assign }: Assignor): PartitionAssigner {
  return () => ({
    name,
    version: 0,
    protocol: ({ topics }) => ({
      name,
      metadata: MemberMetadata.encode({ version: 0, topics, userData: userData() }),
    }),
    assign: async ({ members }) => {
      const joined = members.map(({ memberId, memberMetadata }) => ({
        memberId,
        userData: MemberMetadata.decode(memberMetadata)?.userData ?? null,
      }))
      return (await assign(joined)).map(({ memberId, assignment, userData: told }) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({ version: 0, assignment: mutable(assignment), userData: told }),
      }))
    },
  })
}

function mutable(assignment: Assignment): Record<string, number[]> {
  return Object.fromEntries(Object.entries(assignment).map(([topic, partitions]) => [topic, [...partitions]]))
}
