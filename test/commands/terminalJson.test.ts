import { describe, expect, it } from 'vitest'
import { commitOf } from '../state/batchOf.ts'
import { batchAt, recordingOf } from './handMade.ts'
import { runKoff } from './runKoff.ts'

/** Turns the terminal red (C1), turns the direction of writing, and holds what cannot be seen. */
const hostile = 'a\u009b31m\u202e\u200b\u007fz'
const stdin = recordingOf(batchAt({ offset: 0, minutes: 0 }, commitOf(hostile, hostile, 0, 1)))

describe.each([['decode'], ['replay'], ['groups']])('koff %s', command => {
  it('shows nothing on a terminal that commands it or cannot be seen, and the JSON is the same', async () => {
    const { stdout } = await runKoff([command, '-o', 'json', '-'], { stdin, onTerminal: true })
    expect(stdout).not.toMatch(/[\u007f-\u009f\u200b\u202e]/)
    expect(stdout).toContain('a\\u009b31m\\u202e\\u200b\\u007fz')
    const piped = await runKoff([command, '-'], { stdin })
    const parsed = (text: string) =>
      text
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as unknown)
    expect(parsed(stdout)).toEqual(parsed(piped.stdout))
  })

  it('leaves names as they are in a pipe', async () => {
    const { stdout } = await runKoff([command, '-'], { stdin })
    expect(stdout).toContain(hostile)
  })
})
