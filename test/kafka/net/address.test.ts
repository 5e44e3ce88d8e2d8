import { expect, test } from 'vitest'
import { formatAddress, parseAddress, parseAddresses } from '../../../src/kafka/net/address.ts'

test('an address is a host and a port, which is 9092 unless given', () => {
  expect(parseAddress('kafka-1.example:19092')).toEqual({ host: 'kafka-1.example', port: 19_092 })
  expect(parseAddress(' localhost ')).toEqual({ host: 'localhost', port: 9092 })
  expect(parseAddress('[::1]:9093')).toEqual({ host: '::1', port: 9093 })
})

test('an address is printed as it is written', () => {
  for (const text of ['localhost:9092', '[::1]:9093']) expect(formatAddress(parseAddress(text))).toBe(text)
})

test.each(['', ':9092', 'a b:1', 'kafka://a:1', 'a:0', 'a:65536', 'a:x', 'a:1.5'])('%j is no address', text => {
  expect(() => parseAddress(text)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('is not host:port') }),
  )
})

test('each broker is tried once, however often it is named', () => {
  expect(parseAddresses(['a:1', 'b', 'a:1', 'b:9092']).map(formatAddress)).toEqual(['a:1', 'b:9092'])
})

test('no broker at all is an error that says so', () => {
  expect(() => parseAddresses([])).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
})
