import { expect, test } from 'vitest'
import { registryAddress } from '../../src/avro/options.ts'

test('the slash at the end is left out, the path is kept', () => {
  expect(registryAddress({ url: 'http://localhost:8080/apis/ccompat/v7/' })).toEqual({
    host: 'http://localhost:8080/apis/ccompat/v7',
    auth: null,
    timeoutMs: 10_000,
    requestTimeoutMs: 10_000,
  })
  expect(registryAddress({ url: 'https://registry.example', timeoutMs: 5 })).toMatchObject({
    host: 'https://registry.example',
    timeoutMs: 5,
    requestTimeoutMs: 5,
  })
})

test('credentials come from the options or from the URL, and are never shown', () => {
  const fromUrl = registryAddress({ url: 'http://user:p%40ss@localhost:8081' })
  expect(fromUrl).toMatchObject({ host: 'http://localhost:8081', auth: { username: 'user', password: 'p@ss' } })
  const given = registryAddress({ url: 'http://x:y@localhost:8081', username: 'user', password: 'word' })
  expect(given).toMatchObject({ host: 'http://localhost:8081', auth: { username: 'user', password: 'word' } })
})

test('credentials that are not percent-encoded are refused', () => {
  expect(() => registryAddress({ url: 'http://user:100%@localhost' })).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID' }),
  )
})

test.each(['localhost:8081', 'ftp://localhost', '', 'http://'])('%j is not a URL of a registry', url => {
  expect(() => registryAddress({ url })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
})
