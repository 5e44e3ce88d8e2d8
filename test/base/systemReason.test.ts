import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { systemReason } from '../../src/base/systemReason.ts'

const failure = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

it.each([
  ['a file that is not there', () => readFileSync('/nowhere/at/all'), 'no such file or directory'],
  ['a folder that is read as a file', () => readFileSync(tmpdir()), 'is a directory'],
  ['a disk without room', () => writeFileSync('/dev/full', 'x'), 'no space left on device'],
])('%s is said without the names of system calls', (_, work, reason) => {
  expect(systemReason(failure(work))).toBe(reason)
})

it('what it does not know it says as it was said', () => {
  expect(systemReason(new Error('the cable burns'))).toBe('the cable burns')
  expect(systemReason('gone')).toBe('gone')
})
