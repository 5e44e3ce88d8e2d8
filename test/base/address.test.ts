import { describe, expect, it } from 'vitest'
import { addressesIn, formatAddress, parseAddresses } from '../../src/base/address.ts'

/** As they are printed; null for what is none. */
const read = (list: string, port?: number) =>
  addressesIn(list, port).map(address => (address === null ? null : formatAddress(address)))

describe('an address', () => {
  it.each([
    ['kafka-1.example:19092', 'kafka-1.example:19092'],
    ['localhost', 'localhost:9092'],
    ['10.0.0.5:9092', '10.0.0.5:9092'],
    ['kafka_1.internal.', 'kafka_1.internal.:9092'],
    ['größe.example:1', 'größe.example:1'],
    ['[::1]:9093', '[::1]:9093'],
    ['[fd00::2]', '[fd00::2]:9092'],
    ['::1', '[::1]:9092'],
    ['fe80::1%eth0', '[fe80::1%eth0]:9092'],
    ['PLAINTEXT://h:9093', 'h:9093'],
    ['SASL_SSL://[::1]:9093', '[::1]:9093'],
    ['SSL://::1', '[::1]:9092'],
    ['EXTERNAL-2://h:9093/', 'h:9093'],
    ['ssl://h:9093', 'h:9093'],
    ['kafka+ssl://h:9096', 'h:9096'],
  ])('%s is read as %s', (text, address) => {
    expect(read(text)).toEqual([address])
  })

  it.each([
    ':9092',
    'a:0',
    'a:65536',
    'a:x',
    'a:1.5',
    'a:1:2',
    '[a]:1',
    '[::1',
    '::1]:1',
    'http://a:1',
    'HTTPS://a',
    'redis://a:1',
    'sb://name.servicebus.windows.net/',
    'PLAINTEXT://',
    'PLAINTEXT://a/b',
    'user@a:1',
  ])('%s is none', text => {
    expect(read(text)).toEqual([null])
  })

  it('has the default port unless it names one', () => {
    expect(read('redis-1,redis-2:7000', 6379)).toEqual(['redis-1:6379', 'redis-2:7000'])
  })
})

describe('a list of addresses', () => {
  it.each([
    'a:1,b:2',
    'a:1, b:2',
    'a:1 b:2',
    ' a:1 , b:2 , ',
    ',a:1,,b:2,',
    'a:1\n  b:2\n',
    '"a:1,b:2"',
    "'a:1','b:2'",
    'PLAINTEXT://a:1,SSL://b:2',
  ])('is read as it is pasted: %j', list => {
    expect(read(list)).toEqual(['a:1', 'b:2'])
  })

  it('may be one of several', () => {
    expect(parseAddresses(['a:1,b', 'c:3']).map(formatAddress)).toEqual(['a:1', 'b:9092', 'c:3'])
  })

  it('has each broker once, however often it is named', () => {
    expect(parseAddresses(['a:1', 'b', 'PLAINTEXT://a:1', 'b:9092']).map(formatAddress)).toEqual(['a:1', 'b:9092'])
  })

  it('is refused with the entries that are not addresses', () => {
    expect(() => parseAddresses(['a:x'])).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: 'broker "a:x" is not host:port' }),
    )
  })

  it.each([[[]], [['']], [[' , ']]])('is refused without any: %j', lists => {
    expect(() => parseAddresses(lists)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })
})
