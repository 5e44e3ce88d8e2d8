import { readFileSync } from 'node:fs'
import { readDocument } from './document.ts'
import { pathText } from './places.ts'
import type { Config } from './schema.ts'

/** Keys whose text is a secret. */
const secretKeys: ReadonlySet<string> = new Set(['password', 'token', 'passphrase'])

/** Settings that are valid and are unsafe or have no effect, one line each, with their place in the file. Quotes no value. */
export function configWarnings(file: string, config: Config, variables: NodeJS.ProcessEnv): string[] {
  const document = readDocument(readFileSync(file, 'utf8'), variables)
  if (document.kind !== 'document') return []
  const warnings: { readonly line: number; readonly text: string }[] = []
  const warn = (path: readonly (string | number)[], text: string) => {
    const line = document.lineOf(path)
    warnings.push({ line, text: `${file}:${line}: ${pathText(path)}: ${text}` })
  }
  const { sasl, tls } = config.kafka
  if (sasl !== undefined && tls === undefined) {
    const what = sasl.mechanism.startsWith('SCRAM')
      ? 'everything but the password is readable'
      : 'the secret is readable'
    warn(['kafka', 'sasl'], `SASL without TLS: ${what} on the network; set kafka.tls`)
  }
  const unread = unreadGroupMetrics(config)
  if (unread !== null) warn(['metrics', 'groups'], unread)
  visit(document.data, [], (path, value) => {
    const source = document.sourceOf(path) ?? ''
    const key = String(path.at(-1))
    if (source.includes('${')) return
    if (secretKeys.has(key)) warn(path, 'a secret in the file itself; write ${VARIABLE}, or { file: /run/secrets/… }')
    else if (/^[a-z]+:\/\/[^/@]*:[^/@]+@/.test(value)) {
      warn(path, 'a password in the address; write ${VARIABLE}, or give username and password as keys')
    }
  })
  return warnings.toSorted((a, b) => a.line - b.line).map(({ text }) => text)
}

/** Null: the metrics of groups are off, or can be read. */
export function unreadGroupMetrics({ http, metrics }: Pick<Config, 'http' | 'metrics'>): string | null {
  if (metrics.groups === undefined || http !== undefined || metrics.otlp !== undefined) return null
  return 'the metrics of groups have no effect without a place to read them; set http.port or metrics.otlp'
}

function visit(
  value: unknown,
  path: readonly (string | number)[],
  found: (path: readonly (string | number)[], value: string) => void,
): void {
  if (typeof value === 'string') found(path, value)
  else if (Array.isArray(value)) for (const [at, item] of value.entries()) visit(item, [...path, at], found)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) visit(item, [...path, key], found)
  }
}
