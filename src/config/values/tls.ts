import { z } from 'zod'
import { pem, type ReadFile, secret, secretPem } from './secret.ts'
import { flag, section, text } from './values.ts'

/** TLS settings: `true` trusts the authorities of Node, `false` is no TLS. */
export function tlsSchema(readFile: ReadFile) {
  const tls = section({
    ca: pem(readFile)
      .optional()
      .describe('Authorities to trust: a PEM file, or its text. Unless set, those that Node trusts.'),
    cert: pem(readFile).optional().describe('The client certificate of koff, as for `ca`; requires `key`.'),
    key: secretPem(readFile).optional().describe('The private key of `cert`: a PEM file, or its text.'),
    passphrase: secret(readFile)
      .optional()
      .describe('The passphrase of the private key: the text, or `{ file: path }`.'),
    servername: text.optional().describe("The name in the server's certificate, if it differs from the host."),
    rejectUnauthorized: flag
      .optional()
      .describe('False accepts any certificate, and so a man in the middle. True unless set.'),
  })
    .refine(({ cert, key }) => (cert === undefined) === (key === undefined), 'cert and key need each other')
    .optional()
  return z
    .preprocess<unknown, typeof tls, boolean | z.input<typeof tls>>(onOrOff, tls)
    .meta({ type: ['object', 'boolean'] })
}

function onOrOff(value: unknown, context: z.core.$RefinementCtx): unknown {
  if (value === true || value === 'true') return {}
  if (value === undefined || value === false || value === 'false') return undefined
  if (typeof value === 'object') return value
  context.addIssue('must be true, false or a mapping of keys to values')
  return z.NEVER
}
