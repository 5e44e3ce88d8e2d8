import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { serverText } from '../../src/base/serverText.ts'

it('an error text without a secret stays as it is, on one line', () => {
  expect(serverText('Subject orders-value\n  not found.\n', ['hunter2'])).toBe('Subject orders-value not found.')
})

it.each([
  ['the password', 'no user with hunter2-and-more', 'no user with [hidden]'],
  ['a part of it', 'the password begins with hunter2-a', 'the password begins with [hidden]'],
  ['the password in a URL', 'GET /?p=hunter2%2Dand-more', 'GET /?p=hunter2%2D[hidden]'],
  ['the password in base64', `got ${Buffer.from('hunter2-and-more').toString('base64')}`, 'got [hidden]=='],
  ['an Authorization header of another user', 'authorization: Basic a29mZjprb2Zm', 'authorization: Basic [hidden]'],
  ['a URL with a user', 'at http://koff:pw@host/path', 'at http://[hidden]@host/path'],
])('%s is hidden', (_, text, shown) => {
  expect(serverText(text, ['hunter2-and-more'])).toBe(shown)
})

it('a short secret is hidden as a whole', () => {
  expect(serverText('AUTH pw was refused', ['pw'])).toBe('AUTH [hidden] was refused')
})

it('a long text is cut', () => {
  expect(serverText('x'.repeat(10_000))).toHaveLength(301)
})

it('no text shows a secret, wherever the server puts it and in whatever form', () => {
  const secret = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
  const form = fc.constantFrom(
    (text: string) => text,
    encodeURIComponent,
    (text: string) => JSON.stringify(text).slice(1, -1),
    (text: string) => Buffer.from(text).toString('base64').replace(/=+$/, ''),
  )
  fc.assert(
    fc.property(secret, form, fc.string(), fc.string(), (password, encode, before, after) => {
      fc.pre(!'[hidden]…'.includes(encode(password)) && password.trim() !== '')
      const shown = serverText(`${before}${encode(password)}${after}`, [password])
      expect(shown).not.toContain(encode(password))
    }),
  )
})
