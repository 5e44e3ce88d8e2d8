import { z } from 'zod'
import { pem, type ReadFile, secret, secretPem } from './secret.ts'
import { flag, section, text } from './values.ts'

/** How to speak TLS: `true` is with the certificates that Node brings, `false` is not at all. */
export function tlsSchema(readFile: ReadFile) {
  const tls = section({
    ca: pem(readFile)
      .optional()
      .describe('Certificates to trust: a PEM file, or its text. Without it, those that Node trusts.'),
    cert: pem(readFile).optional().describe('The certificate of koff, as `ca`; comes with `key`.'),
    key: secretPem(readFile).optional().describe('The private key of `cert`: a PEM file, or its text.'),
    passphrase: secret(readFile).optional().describe('Of the private key: the text, or `{ file: path }`.'),
    servername: text.optional().describe("The name in the server's certificate, where it is not the host."),
    rejectUnauthorized: flag
      .optional()
      .describe('False accepts any certificate, and so anybody in between. True unless set.'),
  })
    .refine(({ cert, key }) => (cert === undefined) === (key === undefined), 'cert and key come together')
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
