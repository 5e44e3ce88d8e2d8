import { z } from 'zod'
import { type ReadFile, secret } from './values/secret.ts'
import { tlsSchema } from './values/tls.ts'
import { addresses, duration, section, text } from './values/values.ts'

/** The section `kafka`: how to reach the cluster, for reading and for writing. */
export function clusterSchema(readFile: ReadFile) {
  const password = secret(readFile)

  const withPassword = (mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512') =>
    section({
      mechanism: z.literal(mechanism).describe('How koff says who it is.'),
      username: text.describe('Who koff is.'),
      password: password.describe('The text, or `{ file: path }`.'),
    })

  const sasl = z.discriminatedUnion('mechanism', [
    withPassword('PLAIN'),
    withPassword('SCRAM-SHA-256'),
    withPassword('SCRAM-SHA-512'),
    section({
      mechanism: z.literal('OAUTHBEARER').describe('How koff says who it is.'),
      token: secret(readFile).describe('The text, or `{ file: path }`, which is read anew for every connection.'),
    }),
  ])

  return section({
    brokers: addresses(9092)
      .default(['localhost:9092'])
      .describe(
        '`host:port` of some brokers, a list or one text with commas; the others are learnt from them. Names of listeners before them (`PLAINTEXT://`) are read over.',
      ),
    clientId: text.default('koff').describe('What brokers call koff in their logs, quotas and metrics.'),
    connectTimeoutMs: duration(1)
      .default(10_000)
      .describe('For one connection with its handshakes, and for the first contact.'),
    requestTimeoutMs: duration(1)
      .default(30_000)
      .describe('After this long without an answer a connection counts as dead.'),
    tls: tlsSchema(readFile).describe('True for TLS with what Node trusts, or a mapping.'),
    sasl: sasl.optional().describe('Who koff is, where the listener wants to know.'),
  })
}
