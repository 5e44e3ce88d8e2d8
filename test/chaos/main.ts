import { commandLine } from '../commandLine.ts'
import { compactedWhileAway, eagerCleaner } from './compaction.ts'
import { disturbed } from './disturbed.ts'
import { killedInItsFirstRead } from './firstRead.ts'
import { behindHungTransactions } from './hung.ts'
import { longAway } from './longAway.ts'
import { type Ended, eventsTopicLost, offsetsTopicLost, stateTopicLost } from './lostTopics.ts'
import { behindACutNetwork } from './network.ts'
import { otherEventsTopic, otherSettingsRefused, patientGroups, startedTogether, widerFilter } from './sameName.ts'
import { openStage, type StageOptions } from './stage.ts'
import { describeVerdict, isFlawless, type Verdict } from './verdict.ts'

const say = (line: string) => void process.stdout.write(`${line}\n`)

interface Scenario {
  readonly says: string
  readonly run: () => Promise<boolean>
}

const scenarios: Readonly<Record<string, Scenario>> = {
  kills: {
    says: 'one instance, killed 50 times, the broker restarted twice',
    run: () => chaos({}, { instances: 1, kills: 50, zombies: 0, brokerRestarts: 2, pauseMs: 8_000 }),
  },
  instances: {
    says: 'two instances and then three, killed, stopped and resumed',
    run: () => chaos({}, { instances: 2, kills: 20, zombies: 3, brokerRestarts: 1, pauseMs: 5_000 }),
  },
  cluster: {
    says: 'three brokers, replication 3, each restarted in turn',
    run: () => chaos({ brokers: 3 }, { instances: 2, kills: 6, zombies: 0, brokerRestarts: 3, pauseMs: 5_000 }),
  },
  compaction: {
    says: '__consumer_offsets compacted while koff is away',
    run: async () => {
      await using stage = await openStage({ properties: eagerCleaner, say })
      const { verdict, before, after } = await compactedWhileAway(stage)
      say(`__consumer_offsets: ${before} bytes before, ${after} after`)
      return tell(verdict)
    },
  },
  'first-read': {
    says: 'killed again and again while it reads 200,000 offsets for the first time',
    run: async () => {
      await using stage = await openStage({ say })
      const { killedInHistory, unlike, partitionsUnlike, verdict } = await killedInItsFirstRead(stage, {
        groups: 4_000,
        kills: 20,
      })
      say(`killed in history ${killedInHistory} times; ${unlike.length} groups without exactly one snapshot`)
      const isRight = killedInHistory > 0 && unlike.length === 0 && partitionsUnlike.length === 0
      return tell(verdict) && isRight
    },
  },
  network: {
    says: 'an instance whose network is cut, for short and for long, and its connections reset',
    run: async () => {
      await using stage = await openStage({ withWire: true, say })
      const { verdict, lines, exitCodes } = await behindACutNetwork(stage, 5)
      for (const line of lines) say(`  ${line}`)
      return tell(verdict) && exitCodes.every(code => code === 0)
    },
  },
  'state-topic': {
    says: 'the topic of the state deleted and created again while koff runs',
    run: async () => {
      await using stage = await openStage({ say })
      const { ended, untold } = await stateTopicLost(stage, { groups: 3_000 })
      return tellLost(ended, untold, [/^topic koff\.state was deleted and created again/])
    },
  },
  'offsets-topic': {
    says: '__consumer_offsets deleted and made again while koff runs',
    run: async () => {
      await using stage = await openStage({ say })
      const { ended, untold } = await offsetsTopicLost(stage, { groups: 1_000 })
      const reason = /__consumer_offsets was deleted and created again.*--reset-unusable-state/
      return tellLost(ended, untold, [reason, reason])
    },
  },
  'events-topic': {
    says: 'the topic of the events deleted and created again, with more and with fewer partitions',
    run: async () => {
      await using stage = await openStage({ say })
      let isRight = true
      for (const partitions of [6, 2, 9, 1]) {
        const { lines, unlike, misplaced, exitCode } = await eventsTopicLost(stage, { groups: 300, partitions })
        for (const line of lines) say(`  ${line}`)
        say(
          `${partitions} partitions: ${unlike.length} groups without exactly one creation, ${misplaced.length} misplaced`,
        )
        isRight &&= unlike.length === 0 && misplaced.length === 0 && exitCode === 0
      }
      return isRight
    },
  },
  'same-name': {
    says: 'instances of one name with other settings, beside one at work, at the same moment, and after it',
    run: async () => {
      await using stage = await openStage({ properties: patientGroups, say })
      const { refused, created: early, verdict, exitCode, moves } = await otherSettingsRefused(stage, 8)
      const { working, ended, created: together } = await startedTogether(stage)
      const { unlike, lines } = await widerFilter(stage, 500)
      const topic = await otherEventsTopic(stage)
      for (const { code, reason } of [...refused, ...ended, topic.refused]) say(`  ${code}: ${reason}`)
      for (const line of [...moves, ...lines]) say(`  ${line}`)
      const created = [...early, ...together, ...topic.created]
      say(`refused instances created ${created.length} topics and subjects ${created.join(' ')}`)
      say(`${working} of 2 with the stored settings went on; ${unlike.length} groups without exactly one snapshot`)
      const areRefused = [...refused, ...ended, topic.refused].every(({ code }) => code === 1)
      const isRight =
        areRefused &&
        created.length === 0 &&
        working === 2 &&
        unlike.length === 0 &&
        exitCode === 0 &&
        moves.length === 1
      return tell(verdict) && isRight
    },
  },
  'long-away': {
    says: 'away for longer than the offsets topic keeps tombstones',
    run: async () => {
      await using stage = await openStage({ properties: eagerCleaner, say })
      const { lines, exitCode, ...wrong } = await longAway(stage, { groups: 300 })
      for (const line of lines) say(`  ${line}`)
      for (const [what, names] of Object.entries(wrong)) say(`${what}: ${names.length} ${names.slice(0, 10).join(' ')}`)
      return Object.values(wrong).every(({ length }) => length === 0) && lines.length > 0 && exitCode === 0
    },
  },
  hung: {
    says: 'an application that hangs in a transaction in every partition',
    run: async () => {
      await using stage = await openStage({ say })
      await using _instance = stage.startInstance()
      await stage.caughtUp()
      const sorted = (await behindHungTransactions(stage, 40)).toSorted((a, b) => a - b)
      say(`commit answered to event read, ms: median ${sorted[sorted.length >> 1]}, longest ${sorted.at(-1)}`)
      return (sorted.at(-1) ?? Number.POSITIVE_INFINITY) < 1_000
    },
  },
}

const { values, positionals } = commandLine({
  program: 'npm run chaos',
  usage: `
npm run chaos                      every scenario, in its long form
npm run chaos -- kills             these only
npm run chaos -- kills --kills 5   with fewer kills

${Object.entries(scenarios)
  .map(([name, { says }]) => `${name.padEnd(14)}${says}`)
  .join('\n')}`,
  options: { kills: { type: 'string' } },
  words: Object.keys(scenarios),
})

process.exitCode = await main()

async function main(): Promise<number> {
  if (!(Number(values.kills ?? 1) >= 1)) {
    process.stderr.write('npm run chaos: --kills is a number from 1 up\n')
    return 2
  }
  const names = positionals.length === 0 ? Object.keys(scenarios) : positionals
  const failed: string[] = []
  for (const name of names) {
    const scenario = scenarios[name]
    if (scenario === undefined) continue
    say(`== ${name}: ${scenario.says}`)
    if (!(await scenario.run())) failed.push(name)
  }
  say(failed.length === 0 ? 'all as in the log' : `NOT as in the log: ${failed.join(', ')}`)
  return failed.length === 0 ? 0 : 1
}

async function chaos(
  options: Omit<StageOptions, 'say'>,
  disturbances: Parameters<typeof disturbed>[1],
): Promise<boolean> {
  await using stage = await openStage({ ...options, say })
  const kills = values.kills === undefined ? disturbances.kills : Number(values.kills)
  const { verdict, takeOverMs, exitCodes, endMs } = await disturbed(stage, { ...disturbances, kills })
  const sorted = takeOverMs.toSorted((a, b) => a - b)
  say(`take-over, ms: median ${sorted[sorted.length >> 1]}, longest ${sorted.at(-1)} (of ${sorted.length} seen)`)
  say(`ended with ${exitCodes.join(', ')} within ${Math.round(endMs)} ms`)
  return tell(verdict) && exitCodes.every(code => code === 0)
}

/** Every end by itself, with its reason, and no group that nobody was told of. */
function tellLost(ended: readonly Ended[], untold: readonly string[], reasons: readonly RegExp[]): boolean {
  for (const { code, reason } of ended) say(`  ${code}: ${reason}`)
  say(`${untold.length} groups that nobody was told of`)
  const areRight = ended.every(({ code, reason }, at) => code === 1 && reasons[at]?.test(reason) === true)
  return areRight && ended.length === reasons.length && untold.length === 0
}

function tell(verdict: Verdict): boolean {
  say(describeVerdict(verdict))
  for (const [what, ids] of Object.entries(verdict))
    if (Array.isArray(ids) && ids.length > 0) say(`${what}: ${ids.slice(0, 10).join(' ')}`)
  return isFlawless(verdict)
}
