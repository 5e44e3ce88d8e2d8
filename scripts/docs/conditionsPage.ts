import { definitionOf, eventTypes } from '../../src/events/definitions.ts'
import { type AnyCondition, allConditions } from '../../src/state/conditions/settings.ts'
import type { Threshold } from '../../src/state/conditions/thresholds.ts'
import { duration } from '../../src/terminal/words.ts'

/**
 * docs/conditions.md, of which the tables are derived from the conditions, and the rest is written by hand. A table stands
 * between two comments, `<!-- generated: <name> -->` and `<!-- end -->`.
 */
export function conditionsPage(page: string): string {
  return page.replaceAll(/(<!-- generated: (\w+) -->)[^]*?(<!-- end -->)/g, (_, begin, name, end) => {
    return [begin, tables[String(name)]?.() ?? '', end].join('\n')
  })
}

const tables: Readonly<Record<string, () => string>> = { conditions: conditionTable, thresholds: thresholdTable }

function conditionTable(): string {
  const rows = allConditions.map(({ opens, needs }) => `| \`${opens}\` | \`${closingOf(opens)}\` | ${needs} |`)
  // A stall has a condition for committed offsets and one for share groups.
  return ['| opens | closes | needs |', '|---|---|---|', ...new Set(rows)].join('\n')
}

function thresholdTable(): string {
  const rows = allConditions.flatMap(({ opens, thresholds }) =>
    Object.entries(thresholds).map(([key, threshold]) => {
      return `| \`${opens}\` | \`${key}\` | ${unitOf(threshold)} | ${defaultOf(threshold)} | ${threshold.text} |`
    }),
  )
  return ['| condition | threshold | unit | default | |', '|---|---|---|---|---|', ...rows].join('\n')
}

function closingOf(opens: AnyCondition['opens']): string {
  return eventTypes.find(type => definitionOf(type).closes === opens) ?? ''
}

function unitOf({ unit, min }: Threshold): string {
  return unit === 'switch' ? '`true` `false`' : `${unit} ≥ ${min}`
}

function defaultOf({ unit, default: value }: Threshold): string {
  if (value === null) return 'not set'
  if (unit !== 'ms') return String(value)
  return Number(value) < 60_000 ? `${Number(value) / 1_000} s` : duration(Number(value))
}
