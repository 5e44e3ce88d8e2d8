import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { note } from '../../src/terminal/shell.ts'

function noted(text: string, terminal: { readonly isTTY: boolean; readonly columns?: number }): string {
  const stderr = Object.assign(new PassThrough(), terminal)
  note({ stderr }, text)
  return String(stderr.read())
}

it('a message is wrapped between words on a terminal, and one line elsewhere', () => {
  const text = 'conditions judged by samples are not in the log'
  expect(noted(text, { isTTY: true, columns: 30 })).toBe('koff: conditions judged by\n  samples are not in the log\n')
  expect(noted(text, { isTTY: false })).toBe(`koff: ${text}\n`)
})
