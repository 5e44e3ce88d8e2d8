import type { Member } from './group.ts'

/** The members of a group by id, including those with only an assignment. */
export interface ReadonlyMembers {
  readonly size: number
  /** Those with a record of their own. */
  readonly described: number
  has(id: string): boolean
  get(id: string): Member | undefined
  values(): Iterable<Member>
  some(isSuch: (member: Member) => boolean): boolean
  /** Ids of the members that may differ from `before`; null where all have to be compared. */
  touchedSince(before: ReadonlyMembers): Iterable<string> | null
  /** A draft of these members. They stay as they are until the draft is sealed. */
  draft(): Members
  /** Ends the draft: the values are final, and the original must no longer be used. */
  seal(): void
}

/**
 * A transition of a group with thousands of members changes a few. The draft holds only the changes, so that both
 * states can be compared at the cost of the changes.
 */
export class Members implements ReadonlyMembers {
  described = 0
  readonly #settled: Map<string, Member>
  /** The changes of a draft; null: the member left. Allocated on the first change: most groups never have a draft. */
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
