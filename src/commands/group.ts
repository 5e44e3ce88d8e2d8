import { Command } from 'commander'
import { openClusterLog } from '../app/clusterLog.ts'
import { addConnectionOptions, addSettings, type ConnectionFlags, configOf, connectionHelp } from '../app/connection.ts'
import { followLog } from '../app/followLog.ts'
import { inTime, lookBack } from '../app/lookBack.ts'
import { openConditionsOf } from '../app/stateTopic.ts'
import { nearestNames } from '../base/nearest.ts'
import { connectionSettings, nameSettings } from '../config/settings.ts'
import { withInt64 } from '../coordinator/jsonValue.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { type GroupPage, groupPage, partitionOrders } from '../terminal/groups/groupPage.ts'
import { liveScreen } from '../terminal/liveScreen.ts'
import { addListOptions, addOutputOptions, type ListFlags, type OutputFlags, viewOf } from '../terminal/output.ts'
import { interruptionCode, note, put, putJson, type Shell } from '../terminal/shell.ts'

interface GroupOptions extends ConnectionFlags, OutputFlags, ListFlags {
  readonly watch?: true
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
    .option('-w, --watch', 'refresh it in place')
    .action(async (group: string, options: GroupOptions) => finish(await showGroup(shell, group, options)))
  addListOptions(addOutputOptions(command), partitionOrders)
  return addConnectionOptions(addSettings(command, nameSettings)).addHelpText(
    'after',
    `${connectionHelp}

--sort and --limit are about its partitions. SHOULD-HOLD is what the coordinator wants a member to hold; the members of
classic groups get it at once. Where there is no such group koff names the nearest ones and exits with 1.

Examples:
  koff group payments
  koff group payments --sort lag --limit 10
  koff group payments --watch
  koff group payments -o json | jq .members`,
  )
}

async function showGroup(shell: Shell, group: string, options: GroupOptions): Promise<number> {
  const loaded = await configOf(shell, options, [...connectionSettings, ...nameSettings])
  const { config } = loaded
  const wants = (name: string) => name === group
  const reading = lookBack({
    open: fold => openClusterLog({ shell, config, wants }, fold),
    cluster: '',
    since: Number.NEGATIVE_INFINITY,
    types: new Set(['rebalance']),
    accept: event => wants(event.group),
    last: mostRebalances,
    signal: shell.signal,
  })
  const [{ fold, events, cut }, conditions] = await Promise.all([reading, openConditionsOf(shell, loaded)])
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
    note(shell, `no such group: ${JSON.stringify(group)}; ${known}`)
    return 1
  }
  const rebalances = events.filter(event => event.type === 'rebalance')
  const since = cut.map(log => log.since).filter(Number.isFinite)
  const knownSince = cut.length === 0 ? null : Math.max(0, ...since)
  const page: GroupPage = {
    view,
    conditions: conditions === null ? null : (conditions.get(group) ?? []),
    rebalances,
    knownSince,
  }
  if (options.watch === true) return watchGroup(shell, page, { ...options, loaded })
  await putPage(shell, page, options)
  return 0
}

async function putPage(shell: Shell, page: GroupPage, options: GroupOptions): Promise<void> {
  const view = viewOf(shell, options)
  if (view.format === 'json') await putJson(shell.stdout, `${JSON.stringify(pageJson(page), withInt64)}\n`)
  else await put(shell.stdout, groupPage(page, view, { ...options, now: Date.now() }))
}

function pageJson({ view, conditions, rebalances, knownSince }: GroupPage) {
  return { ...view, conditions, rebalances, rebalancesKnownSince: knownSince }
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
    heard(event) {
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
