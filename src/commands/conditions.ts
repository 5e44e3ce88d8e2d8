import { Command } from 'commander'
import { addConnectionOptions, addSettings, type ConnectionFlags, configOf, connectionHelp } from '../app/connection.ts'
import { collect, groupNameFilter } from '../app/eventOptions.ts'
import { judgedConditions } from '../app/judgedConditions.ts'
import { connectionSettings, nameSettings } from '../config/settings.ts'
import { whatToDo } from '../events/conditions/advice.ts'
import { severityOf } from '../events/definitions.ts'
import { type Severity, severities } from '../events/envelope.ts'
import { conditionOrders, conditionPage, conditionRows } from '../terminal/groups/conditionTable.ts'
import {
  addListOptions,
  addOutputOptions,
  choiceOption,
  type ListFlags,
  listed,
  type OutputFlags,
  viewOf,
} from '../terminal/output.ts'
import { interruptionCode, note, put, putJson, type Shell } from '../terminal/shell.ts'

interface ConditionsOptions extends ConnectionFlags, OutputFlags, ListFlags {
  readonly group?: readonly string[]
  readonly severity?: Severity
}

export function conditionsCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('conditions')
    .summary('what is open now, since when, how bad, and what to do')
    .description(
      'Lists the conditions over time that koff run found open: since when, how bad each is now, and what to do. From the state topic of --name, or the local state of the configuration.',
    )
    .option('--group <pattern>', 'only this group; * and ? as in a shell; may be repeated', collect)
    .addOption(choiceOption('--severity <least>', 'only what is as bad as this, or worse: warn, error', severities))
    .action(async (options: ConditionsOptions) => finish(await conditions(shell, options)))
  addListOptions(addOutputOptions(command), conditionOrders)
  return addConnectionOptions(addSettings(command, nameSettings)).addHelpText(
    'after',
    `${connectionHelp}

HOW-BAD is as of now: records between the committed offset and the log end. docs/conditions.md has what each condition
means and what it cannot see.

Examples:
  koff conditions --brokers kafka-1:9092
  koff conditions --severity error --group 'orders-*'
  koff conditions -c koff.yaml -o json | jq -r .group`,
  )
}

async function conditions(shell: Shell, options: ConditionsOptions): Promise<number> {
  const { group: include = ['*'], severity = 'info' } = options
  const loaded = await configOf(shell, options, [...connectionSettings, ...nameSettings])
  const wants = groupNameFilter({ include, exclude: [] })
  const { from, found } = await judgedConditions(shell, loaded)
  if (shell.signal.aborted) return interruptionCode(shell)
  if (found === null) {
    note(shell, `${from}: no state of koff there; koff run keeps it, under the name that --name gives`)
    return 1
  }
  const least = severities.indexOf(severity)
  const wanted = found.filter(one => wants(one.group) && severities.indexOf(severityOf(one.type)) >= least)
  const view = viewOf(shell, options)
  if (view.format === 'json') {
    const rows = listed(
      wanted.flatMap(one => conditionRows([one]).map(row => ({ ...row, one }))),
      conditionOrders,
      options,
    )
    for (const { one, severity: bad } of rows) {
      const { group, type, opened, since, topic, partition, lag, rebalances } = one
      const line = {
        group,
        type,
        severity: bad,
        opened,
        since,
        topic,
        partition,
        lag,
        rebalances,
        whatToDo: whatToDo[type],
      }
      await putJson(shell.stdout, `${JSON.stringify(line)}\n`)
    }
    return 0
  }
  const rows = listed(conditionRows(wanted), conditionOrders, options)
  if (rows.length === 0) note(shell, `nothing is open (${from})`)
  else await put(shell.stdout, conditionPage(rows, view, Date.now()))
  return 0
}
