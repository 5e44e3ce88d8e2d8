import { z } from 'zod'
import type { Revealed } from '../../config/values/revealed.ts'
import { hide, type ReadFile, secret } from '../../config/values/secret.ts'
import { tlsSchema } from '../../config/values/tls.ts'
import { addresses, duration, section, text, whole } from '../../config/values/values.ts'

/** How to reach Redis: one server, a cluster, or the primary that sentinels name. */
export function redisSchema(readFile: ReadFile) {
  const password = secret(readFile)
  return section({
    url: z
      .string()
      .refine(isRedisUrl, { error: 'must be a redis:// or rediss:// address', abort: true })
      .refine(isDatabaseNumber, 'names a database after its host that is no number')
      // It may hold a password.
      .transform(hide)
      .optional()
      .describe('`redis://[user:password@]host[:port][/db]`, `rediss://` for TLS; redis://localhost:6379 unless set.'),
    cluster: addresses(6379).optional().describe('`host:port` of some nodes of a Redis Cluster, in place of `url`.'),
    sentinel: section({
      name: text.describe('The name of the primary in the sentinels.'),
      nodes: addresses(26_379).describe('`host:port` of the sentinels.'),
      username: text.optional().describe('User name for the sentinels.'),
      password: password.optional().describe('Password for the sentinels: the text, or `{ file: path }`.'),
    })
      .optional()
      .describe('Sentinels that know the primary, in place of `url`.'),
    username: text.optional().describe('The user name of koff; the default user unless set.'),
    password: password.optional().describe('The text, or `{ file: path }`.'),
    db: whole(0, 65_535).optional().describe('The number of the database, in place of the one in `url`; 0 unless set.'),
    tls: tlsSchema(readFile).describe('True for TLS with the authorities that Node trusts, or a mapping.'),
    connectTimeoutMs: duration(1).default(10_000).describe('For one connection.'),
    answerTimeoutMs: duration(1)
      .default(10_000)
      .describe('A connection on which Redis owes a response counts as dead after this long.'),
  })
    .refine(
      ({ url, cluster, sentinel }) => [url, cluster, sentinel].filter(way => way !== undefined).length <= 1,
      'url, cluster and sentinel exclude each other: set one',
    )
    .refine(({ cluster, db = 0 }) => cluster === undefined || db === 0, {
      path: ['db'],
      message: 'a Redis Cluster has only database 0',
    })
}

/** The same with its secrets revealed and all defaults. */
export type RedisOptions = Partial<Revealed<z.output<ReturnType<typeof redisSchema>>>>

/** The client would treat anything else as a number, too. */
function isDatabaseNumber(value: string): boolean {
  const { pathname, searchParams } = new URL(value)
  return /^\/?\d*$/.test(pathname) && /^\d*$/.test(searchParams.get('db') ?? '')
}

function isRedisUrl(value: string): boolean {
  return URL.canParse(value) && /^rediss?:$/.test(new URL(value).protocol)
}
