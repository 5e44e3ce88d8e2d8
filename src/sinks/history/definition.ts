import { resolve } from 'node:path'
import { z } from 'zod'
import { secret } from '../../config/values/secret.ts'
import { section, text, whole } from '../../config/values/values.ts'
import { eventTypes } from '../../events/definitions.ts'
import { defineSink } from '../definition.ts'

export const history = defineSink({
  type: 'history',
  schema: ({ home, readFile }) =>
    section({
      type: z.literal('history').describe('A history that `koff history` answers from, with each event once.'),
      file: text
        .transform(file => resolve(home, file))
        .optional()
        .describe('A SQLite file for one instance; created if it is missing. Or `url`.'),
      url: secret(readFile)
        .optional()
        .describe(
          'A PostgreSQL database, `postgres://user:password@host/database`, for any number of instances. The text, or `{ file: path }`.',
        ),
      keepMs: whole(60_000, Number.MAX_SAFE_INTEGER)
        .optional()
        .describe('What ended longer ago is removed; how groups stood since then stays known. Nothing is unless set.'),
      keepTypesMs: z
        .partialRecord(z.enum(eventTypes), whole(60_000, Number.MAX_SAFE_INTEGER))
        .optional()
        .describe('The same for events of single types, `offset-committed: 86400000` for one.'),
      keepBytes: whole(1_000_000, Number.MAX_SAFE_INTEGER)
        .optional()
        .describe('The oldest is removed until about so many bytes are left.'),
      progressEveryMs: whole(1_000)
        .default(60_000)
        .describe('How often committed offsets, log ends and lag are looked at; what changed is one point.'),
    }).refine(({ file, url }) => (file === undefined) !== (url === undefined), {
      path: ['file'],
      message: 'set either file, or url for a PostgreSQL database',
    }),
  nameOf: ({ type }) => type,
  async open({ file, url, keepMs, keepTypesMs, keepBytes }, { retried, deliveryTimeoutMs }) {
    const { historySink } = await import('./sink.ts')
    const keeps = [keepMs, keepTypesMs, keepBytes].some(value => value !== undefined)
    const retention = keeps ? { keepMs, keepTypesMs, keepBytes } : undefined
    return historySink({ retention, file, url: url?.reveal(), retried, deliveryTimeoutMs })
  },
})
