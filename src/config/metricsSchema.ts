import { z } from 'zod'
import { grains } from '../telemetry/groupMetrics.ts'
import { type ReadFile, secret } from './values/secret.ts'
import { duration, section, url, whole } from './values/values.ts'

/** The section `metrics`: what koff measures of groups, and where it sends its metrics beside its port. */
export function metricsSchema(readFile: ReadFile) {
  return section({
    groups: z
      .enum(grains)
      .optional()
      .describe(
        'How fine the metrics of groups are: for each group, for each of its topics too, or for each partition too; none unless set.',
      ),
    maxSeries: whole(1, 10_000_000)
      .default(50_000)
      .describe(
        'So many series of groups at most. The finest are left out first; `koff_left_out_group_series` counts them.',
      ),
    otlp: section({
      url: url.describe(
        'Where to send all metrics by OTLP over HTTP: `http://localhost:4318/v1/metrics`, for example.',
      ),
      everyMs: duration(1_000).default(60_000).describe('How often.'),
      token: secret(readFile).optional().describe('Sent as `Authorization: Bearer`: the text, or `{ file: path }`.'),
    })
      .optional()
      .describe('A collector of OpenTelemetry; none unless set.'),
  })
}
