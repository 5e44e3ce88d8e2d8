import type { Member } from './group.ts'

/** The members of a group by id, those included of which only an assignment was seen. */
export interface ReadonlyMembers {
  readonly size: number
  /** Those whose own record was seen. */
  readonly described: number
  has(id: string): boolean
  get(id: string): Member | undefined
  values(): Iterable<Member>
  some(isSuch: (member: Member) => boolean): boolean
  /** Ids of the members that can differ from `before`; null where that takes a look at all of them. */
  touchedSince(before: ReadonlyMembers): Iterable<string> | null
  /** As they are, to be changed; these stay what they are, until the draft is sealed. */
  draft(): Members
  /** Nobody compares any more. They say what they said; what they were a draft of is of no use from now on. */
  seal(): void
}

/**
 * A transition of a group with thousands of members changes a few. It works on a draft, which holds what is changed beside
 * what was there, so that both can be compared at the cost of what is changed.
 */
export class Members implements ReadonlyMembers {
  described = 0
  readonly #settled: Map<string, Member>
  /** What a draft has changed; null: the member is gone. Made when there is something: nearly all groups are none's draft. */
  #edits: Map<string, Member | null> | null = null
  #size: number

  constructor(settled = new Map<string, Member>(), described?: number) {
    this.#settled = settled
    this.#size = settled.size
    if (described !== undefined) this.described = described
    else for (const member of settled.values()) if (member.described) this.described++
  }

  draft(): Members {
    return this.#edits === null
      ? new Members(this.#settled, this.described)
      : new Members(new Map([...this.values()].map(member => [member.id, member])), this.described)
  }

  get size(): number {
    return this.#size
  }

  has(id: string): boolean {
    return this.get(id) !== undefined
  }

  get(id: string): Member | undefined {
    const edited = this.#edits?.get(id)
    return edited === undefined ? this.#settled.get(id) : (edited ?? undefined)
  }

  set(id: string, member: Member): void {
    this.#edit(id, member)
  }

  delete(id: string): void {
    if (this.has(id)) this.#edit(id, null)
  }

  values(): Iterable<Member> {
    return this.#edits === null ? this.#settled.values() : this.#edited(this.#edits)
  }

  some(isSuch: (member: Member) => boolean): boolean {
    const edits = this.#edits
    for (const member of this.#settled.values()) {
      if (edits?.has(member.id) !== true && isSuch(member)) return true
    }
    for (const member of edits?.values() ?? []) if (member !== null && isSuch(member)) return true
    return false
  }

  touchedSince(before: ReadonlyMembers): Iterable<string> | null {
    const isDraftOfIt = before instanceof Members && before.#settled === this.#settled && before.#edits === null
    return isDraftOfIt ? (this.#edits?.keys() ?? []) : null
  }

  seal(): void {
    for (const [id, member] of this.#edits ?? []) {
      if (member === null) this.#settled.delete(id)
      else this.#settled.set(id, member)
    }
    this.#edits = null
  }

  #edit(id: string, member: Member | null): void {
    const before = this.get(id)
    this.#size += Number(member !== null) - Number(before !== undefined)
    this.described += Number(member?.described === true) - Number(before?.described === true)
    this.#edits ??= new Map()
    this.#edits.set(id, member)
  }

  *#edited(edits: ReadonlyMap<string, Member | null>): Generator<Member> {
    for (const member of this.#settled.values()) {
      const edited = edits.get(member.id)
      if (edited === undefined) yield member
      else if (edited !== null) yield edited
    }
    for (const [id, member] of edits) if (member !== null && !this.#settled.has(id)) yield member
  }
}
