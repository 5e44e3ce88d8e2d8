import { expect, test } from 'vitest'
import { signature, signingKeys } from '../../../src/sinks/webhook/signature.ts'

/* The example of the specification (standardwebhooks.com). */
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' }
const signed = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='

test('the signature of the example in the specification', () => {
  expect(signature(message, signingKeys(secret) ?? [])).toBe(signed)
})

test('two secrets make two signatures, in their order', () => {
  const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  const [first, second] = signature(message, signingKeys(`${secret} ${other}`) ?? []).split(' ')
  expect(first).toBe(signed)
  expect(second).toMatch(/^v1,[\w+/]{43}=$/)
  expect(second).not.toBe(signed)
})

test.each([
  ['too short', 'whsec_c2hvcnQ='],
  ['no base64', 'whsec_päss'],
  ['empty', ''],
  ['of which one is wrong', `${secret} x`],
])('a secret that is %s is refused', (_name, text) => expect(signingKeys(text)).toBeNull())
