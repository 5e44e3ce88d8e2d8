import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type Decoded, decodeRecord } from '../../src/coordinator/decode.ts'
import { recordSpecs } from '../../src/coordinator/generated/recordTypes.ts'
import { recordJson } from '../../src/coordinator/json.ts'
import { bytesOf, type CorpusRecord, corpusLines, type OracleReading, recordings } from '../kafka/records/corpus.ts'

describe("equal to Kafka's own reading, field by field", () => {
  it.each(recordings)('%s', name => {
    const records = corpusLines<CorpusRecord>(name).filter(record => 'oracle' in record && !record.isControl)
    expect(records.length).toBeGreaterThan(20)
    for (const { keyBase64, valueBase64, oracle } of records) {
      expect(shown(decodeRecord(bytesOf(keyBase64), bytesOf(valueBase64)))).toEqual(expectedOf(oracle))
    }
  })

  it('1,550 random vectors', () => {
    interface Vector {
      readonly kind: string
      readonly keyBase64: string
      readonly valueBase64: string | null
      readonly typeId: number
      readonly type: string
      readonly version: number
      readonly oracleKey: unknown
      readonly oracleValue: unknown
      readonly embedded?: readonly unknown[]
    }
    const vectors = corpusLines<Vector>('vectors-dev').filter(vector => vector.kind === 'coordinator')
    const kinds = new Set(vectors.map(vector => `${vector.type} ${vector.version}`))
    const known = Object.values(recordSpecs).reduce(
      (sum, spec) => sum + spec.highestVersion - spec.lowestVersion + 1,
      0,
    )
    expect(kinds.size).toBeGreaterThanOrEqual(known)
    for (const { keyBase64, valueBase64, typeId, type, version, oracleKey, oracleValue, embedded } of vectors) {
      const expected = {
        typeId,
        type,
        key: oracleKey,
        valueVersion: valueBase64 === null ? null : version,
        value: oracleValue,
      }
      const decoded = shown(decodeRecord(bytesOf(keyBase64), bytesOf(valueBase64)))
      expect(decoded).toEqual(comparable({ ...expected, embedded, keyRemaining: 0, valueRemaining: 0 }))
    }
  })

  it('324 malformed records', () => {
    interface Poison {
      readonly name: string
      readonly keyBase64: string | null
      readonly valueBase64: string | null
      readonly kafka: OracleReading
    }
    for (const { name, keyBase64, valueBase64, kafka } of corpusLines<Poison>('poison')) {
      const decoded = shown(decodeRecord(bytesOf(keyBase64), bytesOf(valueBase64)))
      expect({ name, ...decoded }).toEqual({ name, ...expectedOf(kafka) })
    }
  })
})

/** A record as in its line; of an error, only that there is one. */
function shown(decoded: Decoded): object {
  if (decoded.kind === 'undecodable') return { error: true }
  const { group: _, ...json } = recordJson(decoded)
  const { keyRemaining, valueRemaining } = decoded
  return comparable({ ...json, keyRemaining, valueRemaining })
}

function expectedOf(oracle: OracleReading): object {
  return oracle.error === undefined ? comparable({ valueRemaining: 0, ...oracle }) : { error: true }
}

/**
 * The oracle leaves out an `embedded` that would be empty, and the wording of an error in it is free. Kafka shows a
 * tagged struct at its default only where unknown tags are in it, which nobody can see: it may be shown or not.
 */
function comparable({ embedded, value, ...rest }: Record<string, unknown>): object {
  const isEmpty = embedded === undefined || (Array.isArray(embedded) && embedded.length === 0)
  const fields = value === null ? null : withoutDefault(value as Record<string, unknown>)
  return isEmpty ? { ...rest, value: fields } : { ...rest, value: fields, embedded: embeddedErrors(embedded) }
}

function withoutDefault({ classicMemberMetadata, ...rest }: Record<string, unknown>): unknown {
  const isDefault = isDeepStrictEqual(classicMemberMetadata, { sessionTimeoutMs: 0, supportedProtocols: [] })
  return isDefault || classicMemberMetadata === undefined ? rest : { ...rest, classicMemberMetadata }
}

function embeddedErrors(embedded: unknown): unknown {
  if (!Array.isArray(embedded)) throw new Error('embedded is no list')
  return embedded.map((part: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(part).map(([name, value]) => {
        const isError = typeof value === 'object' && value !== null && 'error' in value
        return [name, isError ? { error: true } : value]
      }),
    ),
  )
}
