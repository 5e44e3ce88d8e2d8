import { z } from 'zod'
import { type Secret, type Surroundings, secret } from '../../config/values/secret.ts'
import { tlsSchema } from '../../config/values/tls.ts'
import { decimal, duration, flag, isHttpUrl, section, whole } from '../../config/values/values.ts'
import { signingKeys } from './signature.ts'

export const contentModes = ['structured', 'binary', 'batched'] as const

export function webhookSchema({ readFile }: Surroundings) {
  return section({
    type: z.literal('webhook').describe('HTTP requests to a receiver, as CloudEvents signed by Standard Webhooks.'),
    url: secret(readFile)
      .refine(address => isHttpUrl(address.reveal()), 'must be an http:// or https:// address')
      .describe('The address of the receiver: the text, or `{ file: path }`. Logs show no more than its host.'),
    mode: z
      .enum(contentModes)
      .default('structured')
      .describe(
        'The content mode of CloudEvents: `structured` has attributes and event in one JSON object, `binary` the attributes in headers, `batched` up to `batchSize` objects in one request.',
      ),
    batchSize: whole(1, 1_000).default(100).describe('How many events a request has, where `mode` is `batched`.'),
    secret: secret(readFile)
      .refine(hasKeys, 'must be whsec_ and 24 to 64 bytes in base64, as Standard Webhooks defines it')
      .optional()
      .describe(
        'Signs each request: the text, or `{ file: path }`. Two secrets with a space between them sign twice, to replace one by the other.',
      ),
    headers: z
      .record(
        z.string().regex(headerName, 'must be the name of a header that koff does not set'),
        headerValue(readFile),
      )
      .optional()
      .describe('Further headers, `Authorization` for one; each value is a text, or `{ file: path }`.'),
    tls: tlsSchema(readFile).describe('For https: an authority of your own, a client certificate.'),
    timeoutMs: duration(1, 300_000).default(15_000).describe('How long a request may take.'),
    concurrency: whole(1, 256)
      .default(8)
      .describe('How many requests are under way at once. The requests of one group follow each other.'),
    requestsPerSecond: decimal(0.01, 100_000).optional().describe('The maximum rate of requests; no limit unless set.'),
    allowLinkLocal: flag
      .default(false)
      .describe(
        'Allows receivers with a link-local address (169.254.0.0/16, fe80::/10), where clouds keep credentials of the machine.',
      ),
  })
}

/** A token (RFC 9110, 5.6.2), and no header that koff sets. */
const headerName =
  /^(?!(?:content-(?:type|length)|host|connection|transfer-encoding|ce-.*|webhook-.*)$)[\w!#$%&'*+.^`|~-]+$/i

function headerValue(readFile: Surroundings['readFile']) {
  return secret(readFile).refine(value => /^[\t\x20-\x7e]+$/.test(value.reveal()), 'must be printable ASCII')
}

function hasKeys(value: Secret): boolean {
  return signingKeys(value.reveal()) !== null
}
