import type { ConnectionFlags } from '../app/connection.ts'
import type { StoredCondition } from '../app/storedConditions.ts'
import { withInt64 } from '../coordinator/jsonValue.ts'
import type { CutLog } from '../engine/knownSince.ts'
import type { GroupView } from '../state/group/view.ts'
import { groupOrders, groupRows, groupTable } from '../terminal/groups/groupTable.ts'
import type { ShownCondition } from '../terminal/groups/openCondition.ts'
import { type ListFlags, listed, type OutputFlags, viewOf } from '../terminal/output.ts'
import { note, put, putJson, type Shell } from '../terminal/shell.ts'

export interface GroupsOptions extends ConnectionFlags, OutputFlags, ListFlags {
  readonly at?: number
  readonly group?: readonly string[]
  readonly all?: true
  readonly watch?: true
}

/** The groups of a log, and its partitions that do not know them. */
export interface ReadGroups {
  readonly views: readonly GroupView[]
  readonly cut: readonly CutLog[]
  /** Null: unknown. */
  readonly conditions: ReadonlyMap<string, readonly StoredCondition[]> | null
}

/** The list in the format of `-o`. */
export async function putGroups(
  shell: Shell,
  { views, conditions }: Pick<ReadGroups, 'views' | 'conditions'>,
  options: GroupsOptions,
): Promise<void> {
  const view = viewOf(shell, options)
  const rows = listed(groupRows(views, conditions), groupOrders, options)
  if (view.format !== 'json') {
    if (rows.length > 0) await put(shell.stdout, groupTable(rows, view, Date.now()))
    else note(shell, 'no groups')
    return
  }
  const viewOfGroup = new Map(views.map(one => [one.group, one]))
  // Lines of JSON are sorted by name unless a sort is given.
  const names = options.sort === undefined ? listed(rows, { group: groupOrders['group'] ?? (() => 0) }, options) : rows
  for (const { group, conditions: open } of names) {
    const line = { ...viewOfGroup.get(group), ...(open === null ? {} : { conditions: open.map(conditionJson) }) }
    await putJson(shell.stdout, `${JSON.stringify(line, withInt64)}\n`)
  }
}

function conditionJson({ type, since, topic, partition, ...rest }: ShownCondition) {
  const opened = 'opened' in rest ? rest.opened : undefined
  return { type, opened, since, topic, partition }
}
