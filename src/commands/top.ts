import { Command } from 'commander'
import { addConnectionOptions, addSettings, type ConnectionFlags, configOf, connectionHelp } from '../app/connection.ts'
import { collect, groupNameFilter } from '../app/eventOptions.ts'
import { followLog } from '../app/followLog.ts'
import { openConditionsOf } from '../app/stateTopic.ts'
import { connectionSettings, nameSettings } from '../config/settings.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { groupRows } from '../terminal/groups/groupTable.ts'
import { type colorChoices, inkFor } from '../terminal/ink.ts'
import { addColorOption } from '../terminal/output.ts'
import { interruptionCode, type Shell } from '../terminal/shell.ts'
import type { TopStore } from '../terminal/top/topApp.ts'
import type { TopModel } from '../terminal/top/topState.ts'
import { usage } from '../terminal/usage.ts'

interface TopOptions extends ConnectionFlags {
  readonly group?: readonly string[]
  readonly all?: true
  readonly color?: (typeof colorChoices)[number]
}

export function topCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('top')
    .summary('the live view: groups by lag, rebalances, conditions')
    .description(
      'Shows the groups of a cluster live: by lag, with rebalances a minute and what is open; enter opens a group with the owners of its partitions and its events as they come.',
    )
    .option('--group <pattern>', 'only this group; * and ? as in a shell; may be repeated', collect)
    .option('--all', "koff's own groups, too")
    .action(async (options: TopOptions) => finish(await top(shell, options)))
  addColorOption(command)
  return addConnectionOptions(addSettings(command, nameSettings)).addHelpText(
    'after',
    `${connectionHelp}

Keys: up and down, enter opens a group, / filters, s sorts, ? helps, q ends.

Examples:
  koff top --brokers kafka-1:9092
  koff top --group 'orders-*' --color never`,
  )
}

/** Events that are kept of each group. */
const mostEvents = 100

async function top(shell: Shell, options: TopOptions): Promise<number> {
  const { stdin, stdout } = terminalOf(shell)
  const { group: include = ['*'], all, color } = options
  const loaded = await configOf(shell, options, [...connectionSettings, ...nameSettings])
  const { config } = loaded
  const wants = groupNameFilter({ include, exclude: [], ...(all === true ? {} : { name: config.name }) })
  const { store, set } = topStore()
  const recent = recentEvents()
  const ended = new AbortController()
  const { runTopApp } = await import('../terminal/top/topApp.ts')
  const ink = inkFor(stdout, { ...(color === undefined ? {} : { color }), variables: shell.variables })
  const following = followLog({
    // Its progress would be written over the view.
    shell: { ...shell, stderr: Object.assign(Object.create(shell.stderr) as typeof shell.stderr, { isTTY: false }) },
    config,
    wants,
    conditions: () => openConditionsOf(shell, loaded),
    onEvent: event => recent.take(event),
    async draw({ fold, conditions, judgedSince, now }) {
      const views = new Map(fold.groups().flatMap(view => (wants(view.group) ? [[view.group, view] as const] : [])))
      set({
        rows: groupRows([...views.values()], conditions),
        viewOf: group => views.get(group),
        conditionsOf: group => conditions.get(group) ?? [],
        eventsOf: group => recent.eventsOf(group),
        rebalances: recent.rebalancesSince(now - 60_000),
        judgedSince,
        now,
      })
    },
    signal: AbortSignal.any([shell.signal, ended.signal]),
  })
  const failed = following.catch((error: unknown) => {
    ended.abort()
    throw error
  })
  const viewing = runTopApp({ store, ink, stdout, stdin, signal: AbortSignal.any([shell.signal, ended.signal]) })
  try {
    await viewing
  } finally {
    ended.abort()
  }
  await failed
  return interruptionCode(shell)
}

function terminalOf({ stdin, stdout }: Shell): { stdin: NodeJS.ReadStream; stdout: NodeJS.WriteStream } {
  const isTerminal = (stream: object): stream is NodeJS.ReadStream & NodeJS.WriteStream =>
    'isTTY' in stream && stream.isTTY === true
  if (!isTerminal(stdin) || !isTerminal(stdout)) {
    throw usage('top: needs a terminal; koff groups --watch goes on in a pipe, too')
  }
  return { stdin, stdout }
}

function topStore(): { readonly store: TopStore; readonly set: (model: TopModel) => void } {
  let model: TopModel | null = null
  const listeners = new Set<() => void>()
  return {
    store: {
      get: () => model,
      subscribe(changed) {
        listeners.add(changed)
        return () => listeners.delete(changed)
      },
    },
    set(next) {
      model = next
      for (const changed of listeners) changed()
    },
  }
}

/** The newest events of each group, and when rebalances completed. */
function recentEvents() {
  const byGroup = new Map<string, KoffEvent[]>()
  let rebalances: number[] = []
  return {
    take(event: KoffEvent): void {
      const events = byGroup.get(event.group) ?? []
      byGroup.set(event.group, [...events, event].slice(-mostEvents))
      if (event.type === 'rebalance') rebalances.push(event.time)
    },
    eventsOf: (group: string): readonly KoffEvent[] => byGroup.get(group) ?? [],
    rebalancesSince(time: number): number {
      rebalances = rebalances.filter(at => at >= time)
      return rebalances.length
    },
  }
}
