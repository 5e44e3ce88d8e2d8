import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BurrowPartition } from './burrow.ts'
import { member, World } from './world.ts'

/**
 * Where koff and Burrow say something else of the same history, it is for one of these reasons; each is checked against
 * the history itself, not against what koff or Burrow keep.
 */
type Reason =
  /** Burrow wants ten commits; koff a minute of samples. */
  | 'a young group'
  /** Burrow's windows reach back to before it stopped (Burrow#745, #303, #145). */
  | 'hidden for a window'
  /** Burrow calls it something else: the offset went back before it stood still. */
  | 'told by another name'
  /** Ten commits took less than a minute, or one was late: nothing is lost yet. */
  | 'before a full window'
  /** A rebalance has just completed. */
  | 'a rebalance'
  /** It was behind without advancing for about as long before, and advanced. */
  | 'slow, but it moves'
  /** The group has been without members all the time. */
  | 'a group long empty'

const second = 1_000
const stallAfterMs = 60 * second
const rebalanceTimeoutMs = 40 * second

/** What a history is made of; each phase lasts for a number of seconds. */
interface Phase {
  readonly seconds: number
  /** Records a second. */
  readonly rate: number
  /** Commits come every so many seconds; 0: none. */
  readonly commitEvery: number
  /** Where they commit: as far as the log goes, half of what is left, the same again, or a little back. */
  readonly how: 'level' | 'half' | 'same' | 'back'
  /** Before it: nothing, the members go, or they come (back). */
  readonly members: 'stay' | 'go' | 'come'
}

const phase: fc.Arbitrary<Phase> = fc.record({
  seconds: fc.integer({ min: 5, max: 200 }),
  rate: fc.constantFrom(0, 0, 1, 5),
  commitEvery: fc.constantFrom(0, 1, 5, 5, 15, 40),
  how: fc.constantFrom('level' as const, 'half' as const, 'same' as const, 'back' as const),
  members: fc.constantFrom('stay' as const, 'stay' as const, 'stay' as const, 'go' as const, 'come' as const),
})
const history = fc.array(phase, { minLength: 1, maxLength: 7 })

/** What is true of the partition, and what both say. */
class Play {
  readonly world = new World({ stallAfterMs })
  readonly burrow = new BurrowPartition()
  readonly reasons: Reason[] = []
  readonly faults: string[] = []
  logEnd = 0
  committed = 0
  /** First of the samples that were ahead since the offset last grew. */
  aheadSince: number | null = null
  /** For how long it was behind before it advanced, the longest of all: no history takes an hour. */
  longestBehind = 0
  hasMembers = false
  emptiedAt = 0
  rebalancedAt = 0
  #generation = 0
  #open = false

  setMembers(hasMembers: boolean): void {
    this.#generation++
    const { world } = this
    if (hasMembers) world.generation(this.#generation, member(`m${this.#generation}`, [0], { rebalanceTimeoutMs }))
    else world.generation(this.#generation)
    if (hasMembers) this.rebalancedAt = world.now
    else if (this.hasMembers) this.emptiedAt = world.now
    this.hasMembers = hasMembers
  }

  commit(offset: number): void {
    if (offset > this.committed) {
      if (this.aheadSince !== null) this.longestBehind = Math.max(this.longestBehind, this.world.now - this.aheadSince)
      this.aheadSince = null
    }
    this.committed = offset
    this.world.commit({ 0: offset })
    this.burrow.commit(offset, this.world.now)
  }

  sample(): void {
    const { world, burrow, logEnd, committed } = this
    const { now } = world
    // An empty group begins no window.
    if (logEnd <= committed) this.aheadSince = null
    else if (this.hasMembers) this.aheadSince ??= now
    world.sample({ 0: logEnd })
    burrow.logEnd(logEnd, now)
    this.#open = world.said.filter(line => /offset-(stalled|resumed)/.test(line)).length % 2 === 1
    this.#compare()
  }

  #compare(): void {
    const { world, burrow } = this
    const status = burrow.status(world.now)
    const burrowAlarm = status === 'STOP' || status === 'STALL'
    if (this.#open === burrowAlarm) return
    const reason = this.#open ? this.#onlyKoff(status) : this.#onlyBurrow()
    if (reason === null) this.faults.push(`at ${world.now}: koff ${this.#open}, Burrow ${status}`)
    else this.reasons.push(reason)
  }

  #onlyKoff(status: string): Reason | null {
    const { world, burrow, aheadSince, committed } = this
    const { now } = world
    // Stalled it must be.
    if (aheadSince === null || now - aheadSince < stallAfterMs) return null
    if (!burrow.isComplete) return 'a young group'
    if (status === 'REWIND') return 'told by another name'
    const [oldest] = burrow.commits
    const isOlder = oldest !== undefined && oldest.time <= aheadSince
    const isSilentForLess = now - (burrow.commits.at(-1)?.time ?? 0) <= burrow.span
    const wasLevel = burrow.logEnds.some(({ logEnd }) => logEnd <= committed)
    return isOlder && (isSilentForLess || wasLevel) ? 'hidden for a window' : null
  }

  #onlyBurrow(): Reason | null {
    const { world, aheadSince, hasMembers, rebalancedAt } = this
    const { now } = world
    if (aheadSince === null) return hasMembers ? null : 'a group long empty'
    if (now - aheadSince < stallAfterMs) return 'before a full window'
    const beganAnew = Math.min(rebalancedAt, aheadSince + (hasMembers ? rebalanceTimeoutMs : 0))
    if (now - beganAnew < stallAfterMs) return 'a rebalance'
    const allowed = Math.min(3 * this.longestBehind, 10 * stallAfterMs)
    return now - Math.max(aheadSince, beganAnew) < allowed ? 'slow, but it moves' : null
  }
}

function play(phases: readonly Phase[]): Play {
  const it = new Play()
  it.setMembers(true)
  it.commit(0)
  let elapsed = 0
  for (const { seconds, rate, commitEvery, how, members } of phases) {
    if (members === 'go' && it.hasMembers) it.setMembers(false)
    if (members === 'come') it.setMembers(true)
    for (let s = 1; s <= seconds; s++) {
      it.world.wait(1)
      elapsed++
      it.logEnd += rate
      // Nobody commits in a group without members.
      if (it.hasMembers && commitEvery > 0 && s % commitEvery === 0) it.commit(next(it, how))
      if (elapsed % 10 === 0) it.sample()
    }
  }
  return it
}

function next({ logEnd, committed }: Play, how: Phase['how']): number {
  switch (how) {
    case 'level':
      return logEnd
    case 'half':
      return committed + Math.ceil((logEnd - committed) / 2)
    case 'same':
      return committed
    case 'back':
      return Math.max(0, committed - 1)
  }
}

describe('offset-stalled against Burrow', () => {
  it('says the same of any history, but for the reasons that are listed', () => {
    const reasons = new Map<Reason, number>()
    let alarms = 0
    fc.assert(
      fc.property(history, phases => {
        const { faults, reasons: found, world } = play(phases)
        expect(faults).toEqual([])
        alarms += world.said.filter(line => line.includes('offset-stalled')).length
        for (const reason of found) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
      }),
      { numRuns: 1_500 },
    )
    expect(alarms).toBeGreaterThan(300)
    // Each of them does occur.
    expect([...reasons.keys()].sort()).toEqual([
      'a group long empty',
      'a rebalance',
      'a young group',
      'before a full window',
      'hidden for a window',
      'slow, but it moves',
      'told by another name',
    ])
  })

  it('a consumer that stops without lag: koff reports it after a minute, Burrow after its windows', () => {
    const it = new Play()
    it.setMembers(true)
    for (let s = 1; s <= 100; s++) {
      it.world.wait(1)
      it.logEnd++
      if (s % 5 === 0) it.commit(it.logEnd)
      if (s % 10 === 0) it.sample()
    }
    const stopped = it.world.now
    const told: { koff?: number; burrow?: number } = {}
    for (let s = 10; s <= 300; s += 10) {
      it.world.wait(10)
      it.logEnd += 10
      it.sample()
      if (it.world.said.length > 0) told.koff ??= it.world.now - stopped
      if (it.burrow.status(it.world.now) !== 'OK') told.burrow ??= it.world.now - stopped
    }
    expect(told).toEqual({ koff: 70 * second, burrow: 100 * second })
  })
})
