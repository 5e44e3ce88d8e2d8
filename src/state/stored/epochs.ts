import type { Member } from '../group/group.ts'

/**
 * The epochs of a group's members in one text. When the epoch of a group grows, each member gets a record with nothing
 * new but its epoch. An entry for each would rewrite the whole group with every member that joins.
 * The members are in the order of their ids, so that ids are left out. Each is a number: how far its epoch is behind
 * the group's, and whether it is stable. Numbers are varints in base64; repeated numbers are run-length encoded.
 */
export function packEpochs(epoch: number, members: Iterable<Member>): string {
  const bytes: number[] = []
  let last = -1
  let repeats = 0
  const endRun = () => {
    if (repeats >= shortestRun) putVarint(putVarint(bytes, REPEAT), repeats)
    else for (let at = 0; at < repeats; at++) putVarint(bytes, last)
    repeats = 0
  }
  for (const member of inOrder(members)) {
    const code = codeOf(epoch, member)
    if (code === last) repeats++
    else {
      endRun()
      putVarint(bytes, code)
      last = code
    }
  }
  endRun()
  return Buffer.from(bytes).toString('base64')
}

export type MemberEpoch = Pick<Member, 'epoch' | 'stable'>

/** Of the packed member ids, in any order. */
export function unpackEpochs(text: string, epoch: number, ids: Iterable<string>): Map<string, MemberEpoch> {
  const bytes = Buffer.from(text, 'base64')
  const found = new Map<string, MemberEpoch>()
  let at = 0
  let code = 0
  let repeats = 0
  const next = () => {
    let value = 0
    for (let place = 1; ; place *= 0x80) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error('fewer epochs than members')
      value += (byte & 0x7f) * place
      if (byte < 0x80) return value
    }
  }
  for (const id of [...ids].sort()) {
    if (repeats > 0) repeats--
    else {
      const read = next()
      if (read === REPEAT) repeats = next() - 1
      else code = read
    }
    found.set(id, epochOf(epoch, code))
  }
  return found
}

/** Codes below those of members: repeats of the code before. */
const REPEAT = 0
const firstCode = 1
/** More than the distance of any two epochs. No record puts a member ahead of its group, but nothing prevents it. */
const AHEAD = 2 ** 33
/** Shorter runs are not longer when written out. */
const shortestRun = 3

function inOrder(members: Iterable<Member>): Member[] {
  return [...members].sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Two codes for each distance, stable and not; the first two are for members without an epoch. */
function codeOf(groupEpoch: number, { epoch, stable }: Member): number {
  const unstable = stable ? 0 : 1
  if (epoch === null) return firstCode + unstable
  const behind = groupEpoch - epoch
  return firstCode + 2 * (1 + (behind < 0 ? AHEAD - behind : behind)) + unstable
}

function epochOf(groupEpoch: number, code: number): MemberEpoch {
  const plain = code - firstCode
  const stable = plain % 2 === 0
  const distance = Math.floor(plain / 2) - 1
  if (distance < 0) return { epoch: null, stable }
  return { epoch: groupEpoch - (distance > AHEAD ? AHEAD - distance : distance), stable }
}

/** Numbers up to 2^53: an epoch is an int32, the difference of two takes one bit more. */
function putVarint(bytes: number[], value: number): number[] {
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  bytes.push(rest)
  return bytes
}
