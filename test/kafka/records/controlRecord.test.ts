import { describe, expect, it } from 'vitest'
import { controlType, coordinatorEpoch } from '../../../src/kafka/records/controlRecord.ts'
import { RecordCursor } from '../../../src/kafka/records/recordCursor.ts'
import { batchOf } from '../../state/batchOf.ts'

/** The cursor at a record with this key and this value. */
function at(key: number[] | null, value: number[] | null): RecordCursor {
  const bytes = (some: number[] | null) => (some === null ? null : Buffer.from(some))
  const cursor = new RecordCursor()
  cursor.open(batchOf([{ key: bytes(key), value: bytes(value) }]))
  expect(cursor.next()).toBe(true)
  return cursor
}

describe('control records', () => {
  it('are COMMIT or ABORT by the type in the key', () => {
    expect(controlType(at([0, 0, 0, 0], null))).toBe('ABORT')
    expect(controlType(at([0, 0, 0, 1], null))).toBe('COMMIT')
    expect(controlType(at([0, 9, 0, 1, 7, 7], null))).toBe('COMMIT')
    expect(controlType(at([0, 0, 0, 2], null))).toBe('UNKNOWN')
    expect(controlType(at([255, 255, 0, 1], null))).toBe('UNKNOWN')
    expect(controlType(at([0, 0, 0], null))).toBe('UNKNOWN')
    expect(controlType(at(null, null))).toBe('UNKNOWN')
  })

  it('have the coordinator epoch in the value', () => {
    expect(coordinatorEpoch(at([0, 0, 0, 1], [0, 0, 0, 0, 1, 2]))).toBe(258)
    expect(coordinatorEpoch(at([0, 0, 0, 1], [0, 0, 0, 0, 1]))).toBe(-1)
    expect(coordinatorEpoch(at([0, 0, 0, 1], null))).toBe(-1)
  })
})
