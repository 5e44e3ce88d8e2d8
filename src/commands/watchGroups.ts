import { configOf } from '../app/connection.ts'
import { groupNameFilter } from '../app/eventOptions.ts'
import { followLog } from '../app/followLog.ts'
import { openConditionsOf } from '../app/stateTopic.ts'
import { connectionSettings, nameSettings } from '../config/settings.ts'
import { groupOrders, groupRows, groupTable } from '../terminal/groups/groupTable.ts'
import { liveScreen } from '../terminal/liveScreen.ts'
import { listed, viewOf } from '../terminal/output.ts'
import { interruptionCode, type Shell } from '../terminal/shell.ts'
import { type GroupsOptions, putGroups } from './groupLines.ts'

/** The list of groups, refreshed in place until the user ends it. */
export async function watchGroups(shell: Shell, options: GroupsOptions): Promise<number> {
  const { group: include = ['*'], all } = options
  const loaded = await configOf(shell, options, [...connectionSettings, ...nameSettings])
  const { config } = loaded
  const wants = groupNameFilter({ include, exclude: [], ...(all === true ? {} : { name: config.name }) })
  await using screen = liveScreen(shell)
  await followLog({
    shell,
    config,
    wants,
    conditions: () => openConditionsOf(shell, loaded),
    async draw({ fold, conditions, now }) {
      const views = fold.groups().filter(({ group }) => wants(group))
      const view = viewOf(shell, options)
      if (view.format === 'json') return putGroups(shell, { views, conditions }, options)
      const rows = listed(groupRows(views, conditions), groupOrders, options)
      return screen.draw(groupTable(rows, view, now))
    },
  })
  return interruptionCode(shell)
}
