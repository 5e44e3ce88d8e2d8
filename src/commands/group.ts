import { Command } from 'commander'
import { openClusterLog } from '../app/clusterLog.ts'
import { addConnectionOptions, addSettings, type ConnectionFlags, configOf, connectionHelp } from '../app/connection.ts'
import { followLog } from '../app/followLog.ts'
import { timeOption } from '../app/logPoint.ts'
import { inTime, lookBack } from '../app/lookBack.ts'
import { openConditionsOf } from '../app/stateTopic.ts'
import { nearestNames } from '../base/nearest.ts'
import { connectionSettings, nameSettings } from '../config/settings.ts'
import { withInt64 } from '../coordinator/jsonValue.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { Churn } from '../terminal/groups/churn.ts'
import { type GroupPage, groupPage, partitionOrders } from '../terminal/groups/groupPage.ts'
import { liveScreen } from '../terminal/liveScreen.ts'
import { addListOptions, addOutputOptions, type ListFlags, type OutputFlags, viewOf } from '../terminal/output.ts'
import { interruptionCode, note, put, putJson, type Shell } from '../terminal/shell.ts'
import { usage } from '../terminal/usage.ts'
import { NOT_KNOWN, noteUnknown } from './knownTimes.ts'

interface GroupOptions extends ConnectionFlags, OutputFlags, ListFlags {
  readonly watch?: true
  readonly at?: number
}

/** The number of rebalances that are shown. */
const mostRebalances = 10

export function groupCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('group')
    .summary('one group: members, partitions, open conditions, last rebalances')
    .description(
      'Shows one group: its members with client, host, what each holds and should hold; its partitions with owner, committed offset, log end and lag; what is open; the last rebalances that the log still shows.',
    )
    .argument('<group>', 'its id')
    .option('--at <time>', 'as it stood then: 15m, 12:03, yesterday 16:12', timeOption('--at'))
    .option('-w, --watch', 'refresh it in place')
    .action(async (group: string, options: GroupOptions) => finish(await showGroup(shell, group, options)))
  addListOptions(addOutputOptions(command), partitionOrders)
  return addConnectionOptions(addSettings(command, nameSettings)).addHelpText(
    'after',
    `${connectionHelp}

--sort and --limit are about its partitions. SHOULD-HOLD is what the coordinator wants a member to hold; the members of
classic groups get it at once. Where there is no such group koff names the nearest ones and exits with 1.
--at shows no log ends and no conditions: __consumer_offsets does not have those of another time.

Examples:
  koff group payments
  koff group payments --sort lag --limit 10
  koff group payments --watch
  koff group payments --at 12:03
  koff group payments -o json | jq .members`,
  )
}

async function showGroup(shell: Shell, group: string, options: GroupOptions): Promise<number> {
  if (options.watch === true && options.at !== undefined)
    throw usage('group: --watch follows a cluster, and --at is given')
  const loaded = await configOf(shell, options, [...connectionSettings, ...nameSettings])
  const { config } = loaded
  const wants = (name: string) => name === group
  const { at } = options
  let churn = new Churn()
  const reading = lookBack({
    open: () => {
      churn = new Churn()
      return openClusterLog({ shell, config, wants, samples: at === undefined })
    },
    since: Number.NEGATIVE_INFINITY,
    types: new Set(['rebalance', 'member-joined', 'member-left', 'member-replaced']),
    accept(event) {
      if (!wants(event.group)) return false
      churn.take(event)
      return event.type === 'rebalance'
    },
    last: mostRebalances,
    ...(at === undefined ? {} : { at }),
    signal: shell.signal,
  })
  // The state has the conditions that are open now.
  const [{ fold, events, knownSince, cut }, conditions] = await Promise.all([
    reading,
    at === undefined ? openConditionsOf(shell, loaded) : null,
  ])
  if (shell.signal.aborted) return interruptionCode(shell)
  const views = fold.groups()
  const view = views.find(one => one.group === group)
  if (view === undefined) {
    const near = nearestNames(
      group,
      views.map(one => one.group),
      5,
    )
    const known = near.length > 0 ? `did you mean ${near.join(', ')}?` : 'koff groups lists them'
    note(shell, `no such group${at === undefined ? '' : ' then'}: ${JSON.stringify(group)}; ${known}`)
    if (at === undefined || cut.length === 0) return 1
    noteUnknown(shell, cut, at)
    return NOT_KNOWN
  }
  const rebalances = events.filter(event => event.type === 'rebalance')
  const page: GroupPage = {
    view,
    conditions: conditions === null ? null : (conditions.get(group) ?? []),
    rebalances,
    churn: churn.rows(),
    knownSince,
    at: at ?? null,
  }
  if (options.watch === true) return watchGroup(shell, page, { ...options, loaded })
  await putPage(shell, page, options)
  if (at === undefined || cut.length === 0) return 0
  noteUnknown(shell, cut, at)
  return NOT_KNOWN
}

async function putPage(shell: Shell, page: GroupPage, options: GroupOptions): Promise<void> {
  const view = viewOf(shell, options)
  if (view.format === 'json') await putJson(shell.stdout, `${JSON.stringify(pageJson(page), withInt64)}\n`)
  else await put(shell.stdout, groupPage(page, view, { ...options, now: Date.now() }))
}

function pageJson({ view, conditions, rebalances, churn, knownSince }: GroupPage) {
  return { ...view, conditions, rebalances, cameAndWent: churn, knownSince }
}

interface WatchOptions extends GroupOptions {
  readonly loaded: Awaited<ReturnType<typeof configOf>>
}

async function watchGroup(shell: Shell, first: GroupPage, { loaded, ...options }: WatchOptions): Promise<number> {
  const { group } = first.view
  let rebalances: readonly KoffEvent<'rebalance'>[] = first.rebalances
  await using screen = liveScreen(shell)
  await followLog({
    shell,
    config: loaded.config,
    wants: name => name === group,
    conditions: () => openConditionsOf(shell, loaded),
    onEvent(event) {
      if (event.type === 'rebalance')
        rebalances = inTime([...rebalances, event]).slice(-mostRebalances) as typeof rebalances
    },
    async draw({ fold, conditions, now }) {
      const view = fold.groups().find(one => one.group === group)
      if (view === undefined) return screen.draw(`${group}: the group is gone\n`)
      const page = { ...first, view, conditions: conditions.get(group) ?? [], rebalances }
      if (viewOf(shell, options).format === 'json') return putPage(shell, page, options)
      return screen.draw(groupPage(page, viewOf(shell, options), { ...options, now }))
    },
  })
  return interruptionCode(shell)
}
