import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** A record of a recording, with what Kafka 4.3.0 read in it. */
export interface CorpusRecord {
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly isControl: boolean
  readonly controlType?: 'COMMIT' | 'ABORT'
  readonly producerId: number
  readonly keyBase64: string
  readonly valueBase64: string | null
  readonly oracle: OracleReading
}

export interface OracleReading {
  readonly error?: string
  readonly keyRemaining?: number
  readonly valueRemaining?: number
  readonly [field: string]: unknown
}

export const recordings = [
  'dev.records',
  'dev.compacted.records',
  'dev.compactlive.records',
  'old282.records',
  'old332.records',
  'old391.records',
] as const

/** The lines of a file in test/corpus; integers that are not safe as strings, as koff writes them. */
export function corpusLines<T>(name: string): T[] {
  const text = gunzipSync(readFileSync(new URL(`../../corpus/${name}.ndjson.gz`, import.meta.url))).toString('utf8')
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => parseExact(line) as T)
}

export function bytesOf(base64: string): Buffer
export function bytesOf(base64: string | null): Buffer | null
export function bytesOf(base64: string | null): Buffer | null {
  return base64 === null ? null : Buffer.from(base64, 'base64')
}

type Reviver = (name: string, value: unknown, context: { readonly source?: string }) => unknown

/** TypeScript does not know yet that a reviver is shown the source text. */
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown

function parseExact(line: string): unknown {
  return parse(line, (_, value, { source }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) ? source : value,
  )
}
