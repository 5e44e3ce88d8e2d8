import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import type { GroupView, MemberView } from '../../src/state/group/view.ts'
import type { Input } from '../../src/state/input.ts'

/** A line of the scenario, as far as it is looked at here. */
export interface Step {
  readonly kind: string
  readonly ts: number
  readonly label?: string
  readonly consistent?: boolean
  /** Partition → end. */
  readonly ends?: Readonly<Record<string, number>>
  readonly groups?: readonly BrokersView[]
  readonly list?: readonly BrokersView[]
  readonly result?: { readonly topicIds?: Readonly<Record<string, string>> }
}

interface BrokersView {
  readonly group: string
  readonly type: string | null
  readonly state: string | null
  readonly protocolType?: string | null
  readonly groupEpoch?: number
  readonly members?: readonly {
    readonly memberId: string
    readonly instanceId?: string | null
    readonly clientId: string
    readonly host: string
    /** None of a classic member. */
    readonly epoch?: number
    /** As `assignment`; none of classic and share members. */
    readonly target?: readonly string[] | string
    /** `topic-partition`; a text for the tasks of a streams member, none of a Connect worker. */
    readonly assignment?: readonly string[] | string
  }[]
  /** `topic-partition` → offset, metadata. */
  readonly offsets?: Readonly<Record<string, readonly [number, ...unknown[]]>>
}

/** What was done to the cluster while `dev` was recorded, and what the broker said of its groups. */
export async function scenarioSteps(): Promise<readonly Step[]> {
  const text = gunzipSync(await readFile(new URL('../corpus/dev.scenario.ndjson.gz', import.meta.url))).toString()
  return text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Step)
}

export function endsOf(inputs: readonly Input[]): Map<number, number> {
  const ends = new Map<number, number>()
  for (const input of inputs) if (input.kind === 'batch') ends.set(input.batch.partition, input.batch.lastOffset + 1)
  return ends
}

export function isBefore(input: Input, ends: Readonly<Record<string, number>>): boolean {
  return input.kind === 'batch' && input.batch.lastOffset < (ends[input.batch.partition] ?? Number.POSITIVE_INFINITY)
}

/** What differs: field, the broker's, koff's. */
export function compare(broker: BrokersView, koff: GroupView | undefined): unknown[] {
  if (broker.type === null) return koff === undefined ? [] : ['is there']
  // To koff a simple group is there while it has an offset; a broker keeps it in memory until its next clean-up.
  if (koff === undefined) return isBareSimple(broker) ? [] : ['is not there']
  const differences: unknown[] = []
  const check = (what: string, theirs: unknown, ours: unknown) => {
    if (JSON.stringify(theirs) !== JSON.stringify(ours)) differences.push([what, theirs, ours])
  }
  // To the broker a simple group is a classic one.
  check('groupType', broker.type.toLowerCase(), koff.groupType === 'simple' ? 'classic' : koff.groupType)
  if (broker.groupEpoch !== undefined) check('epoch', broker.groupEpoch, koff.epoch)
  check('offsets', offsetsOf(broker), ourOffsets(koff))
  if (broker.type === 'Classic') check('protocolType', broker.protocolType || null, koff.protocolType || null)
  // A classic rebalance in progress is in the broker's memory only.
  if (broker.state === 'PreparingRebalance' || broker.state === 'CompletingRebalance') return differences
  check('state', broker.state, koff.state)
  const theirs = sortedById(broker.members ?? [], member => member.memberId)
  check(
    'members',
    theirs.map(({ memberId, instanceId = null, clientId, host, epoch = null }) => {
      return { id: memberId, instanceId, clientId, host, epoch }
    }),
    koff.members.map(({ id, instanceId, clientId, host, epoch }) => ({ id, instanceId, clientId, host, epoch })),
  )
  for (const { memberId, assignment, target } of theirs) {
    const ours = koff.members.find(({ id }) => id === memberId)
    if (typeof target === 'object') check(`${memberId} target`, target.toSorted(), partitionsIn(ours?.targetAssignment))
    if (typeof assignment === 'object') check(memberId, assignment.toSorted(), ours === undefined ? null : held(ours))
  }
  return differences
}

function isBareSimple({ type, state, protocolType, offsets = {} }: BrokersView): boolean {
  return type === 'Classic' && state === 'Empty' && protocolType === '' && Object.keys(offsets).length === 0
}

function sortedById<T>(all: readonly T[], id: (one: T) => string): T[] {
  return all.toSorted((a, b) => (id(a) < id(b) ? -1 : 1))
}

function held({ assignment }: MemberView): string[] {
  return partitionsIn(assignment)
}

function partitionsIn(assignment: MemberView['assignment'] | undefined): string[] {
  return Object.entries(assignment ?? {})
    .flatMap(([topic, partitions]) => partitions.map(at => `${topic}-${at}`))
    .sort()
}

function offsetsOf({ offsets = {} }: BrokersView): unknown[] {
  return Object.entries(offsets)
    .map(([place, [offset]]) => `${place}: ${offset}`)
    .sort()
}

function ourOffsets({ offsets }: GroupView): unknown[] {
  return Object.entries(offsets)
    .flatMap(([topic, partitions]) =>
      Object.entries(partitions).map(([at, offset]) => `${topic}-${at}: ${Number(offset)}`),
    )
    .sort()
}
