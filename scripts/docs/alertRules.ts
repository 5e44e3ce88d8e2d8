import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'

export const rulesFile = 'deploy/prometheus/koff.rules.yml'

const rule = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['warning', 'critical']) }),
  annotations: z.strictObject({ summary: z.string(), action: z.string() }),
})

export type AlertRule = z.infer<typeof rule>

/** The alerts that koff recommends, in the order of their file. */
export function alertRules(): readonly AlertRule[] {
  const path = fileURLToPath(new URL(`../../${rulesFile}`, import.meta.url))
  const file = z.object({ groups: z.array(z.object({ rules: z.array(rule) })) })
  return file.parse(parse(readFileSync(path, 'utf8'))).groups.flatMap(({ rules }) => rules)
}

/** Alerts with what each means and what to do, as Markdown. */
export function alertSections(): string {
  return alertRules().map(section).join('\n\n')
}

function section({ alert, expr, for: lasting, labels, annotations }: AlertRule): string {
  const when = lasting === undefined ? '' : `, for ${lasting}`
  const expression = expr.trim().replace(/ (or|and) (?=\(|deriv)/g, '\n  $1 ')
  const summary = annotations.summary.replaceAll(/\{\{ \$(?:labels\.)?(\w+) \}\}/g, '*$1*')
  return `### ${alert}
${summary} Severity: ${labels.severity}${when}.

\`\`\`
${expression}
\`\`\`
What to do: ${annotations.action.trim()}`
}
