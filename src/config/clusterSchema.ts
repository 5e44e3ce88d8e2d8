import { z } from 'zod'
import { type ReadFile, secret } from './values/secret.ts'
import { tlsSchema } from './values/tls.ts'
import { addresses, duration, section, text } from './values/values.ts'

/** The section `kafka`: how to reach the cluster, for reading and for writing. */
export function clusterSchema(readFile: ReadFile) {
  const password = secret(readFile)

  const withPassword = (mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512') =>
    section({
      mechanism: z.literal(mechanism).describe('How koff authenticates.'),
      username: text.describe('The user name of koff.'),
      password: password.describe('The text, or `{ file: path }`.'),
    })

  const sasl = z.discriminatedUnion('mechanism', [
    withPassword('PLAIN'),
    withPassword('SCRAM-SHA-256'),
    withPassword('SCRAM-SHA-512'),
    section({
      mechanism: z.literal('OAUTHBEARER').describe('How koff authenticates.'),
      token: secret(readFile).describe('The text, or `{ file: path }`, which is read again for every connection.'),
    }),
  ])

  return section({
    brokers: addresses(9092)
      .default(['localhost:9092'])
      .describe(
        '`host:port` of some brokers, as a list or as text with commas; koff discovers the others. Listener names before them (`PLAINTEXT://`) are ignored.',
      ),
    clientId: text.default('koff').describe('The client id, which brokers use in their logs, quotas and metrics.'),
    connectTimeoutMs: duration(1)
      .default(10_000)
      .describe('For one connection with its handshakes, and for the first contact with the cluster.'),
    requestTimeoutMs: duration(1)
      .default(30_000)
      .describe('A connection without a response for this long counts as dead.'),
    tls: tlsSchema(readFile).describe('True for TLS with the authorities that Node trusts, or a mapping.'),
    sasl: sasl.optional().describe('How koff authenticates, if the listener requires it.'),
  })
}
