import { expect, test } from 'vitest'
import { ScramFault, scram } from '../../../src/kafka/net/scram.ts'

/** The example of RFC 7677, section 3. */
const example = {
  client: { mechanism: 'SCRAM-SHA-256', username: 'user', password: 'pencil', nonce: 'rOprNGfwEbeRWgbNEkqO' },
  serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
} as const

test('the client proves that it knows the password, and so does the broker', async () => {
  const client = scram(example.client)
  expect(client.first).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO')
  const final = await client.final(example.serverFirst)
  expect(final.message).toBe(
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  )
  expect(final.isProvedBy(example.serverFinal)).toBe(true)
  expect(final.isProvedBy(example.serverFinal.replace('6', '7'))).toBe(false)
  expect(final.isProvedBy('e=other-error')).toBe(false)
})

test('a name may hold what separates attributes', () => {
  expect(scram({ ...example.client, username: 'a=b,c,d' }).first).toMatch(/^n,,n=a=3Db=2Cc=2Cd,r=/)
})

test('every exchange has a nonce of its own', () => {
  const firsts = [1, 2].map(() => scram({ mechanism: 'SCRAM-SHA-512', username: 'u', password: 'p' }).first)
  expect(new Set(firsts).size).toBe(2)
})

test.each([
  ['another nonce', example.serverFirst.replace('rO', 'rX')],
  ['few iterations', example.serverFirst.replace('4096', '1000')],
  ['too many iterations', example.serverFirst.replace('4096', '4294967296')],
  ['part of an iteration', example.serverFirst.replace('4096', '4096.5')],
  ['iterations that are no number', example.serverFirst.replace('4096', 'many')],
  ['nothing', ''],
])('%s is refused', async (_, serverFirst) => {
  await expect(scram(example.client).final(serverFirst)).rejects.toThrow(ScramFault)
})
