import type { ShareStartInput } from '../input.ts'

interface Sampled {
  /** The round of samples that it is of. */
  round: number
  readonly starts: Map<string, ShareStartInput>
}

/** Where share groups stand, as their coordinators last said: each round says all of a group. */
export class ShareStarts {
  readonly #groups = new Map<string, Sampled>()

  get size(): number {
    return this.#groups.size
  }

  add(input: ShareStartInput, round: number): void {
    let sampled = this.#groups.get(input.group)
    if (sampled === undefined) this.#groups.set(input.group, (sampled = { round, starts: new Map() }))
    if (sampled.round !== round) {
      sampled.starts.clear()
      sampled.round = round
    }
    sampled.starts.set(`${input.partition} ${input.topic}`, input)
  }

  /** True where the present round has this partition: another sample of it begins the next round. */
  hasInRound({ group, topic, partition }: ShareStartInput, round: number): boolean {
    const sampled = this.#groups.get(group)
    return sampled?.round === round && sampled.starts.has(`${partition} ${topic}`)
  }

  of(group: string): Iterable<ShareStartInput> {
    return this.#groups.get(group)?.starts.values() ?? []
  }

  /** Groups that were sampled in this round. */
  *inRound(round: number): Generator<string> {
    for (const [group, sampled] of this.#groups) if (sampled.round === round) yield group
  }

  forgetUnless(isKnown: (group: string) => boolean): void {
    for (const group of this.#groups.keys()) if (!isKnown(group)) this.#groups.delete(group)
  }
}
