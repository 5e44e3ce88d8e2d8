import { expect, test } from 'vitest'
import { brokerFailure } from '../../../src/kafka/client/brokerFailure.ts'
import { FrameFault } from '../../../src/kafka/net/frames.ts'
import { ConnectionFault } from '../../../src/kafka/net/socket.ts'
import { readFault, writeFault } from '../../../src/kafka/thread/writtenFault.ts'

const coded = (code: string, message = code) => Object.assign(new Error(message), { code })

test.each([
  ['the end of a connection', new ConnectionFault('closed', 'connection closed')],
  ['a time that is over', new ConnectionFault('timeout', 'connection timed out')],
  ['a listener with TLS', new ConnectionFault('wants-tls', 'this listener speaks TLS')],
  ['a server for HTTP', new ConnectionFault('speaks-http', 'this server speaks HTTP')],
  ['what is no answer', new FrameFault('an answer that nobody asked for (correlation id 7)')],
  ['what the operating system says', coded('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1')],
  ['what it says of several addresses', new AggregateError([coded('EHOSTUNREACH'), coded('ECONNREFUSED')], '')],
  ['what is behind it', new Error('no connection', { cause: coded('ENOTFOUND') })],
  ['a certificate of nobody', coded('SELF_SIGNED_CERT_IN_CHAIN')],
  ['a certificate for another name', coded('ERR_TLS_CERT_ALTNAME_INVALID')],
  ['a certificate that is wanted', coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')],
  ['a listener without TLS', coded('ERR_SSL_WRONG_VERSION_NUMBER')],
  ['what is no PEM', coded('ERR_OSSL_PEM_NO_START_LINE')],
  ['something else', 'something else'],
])('%s means the same in another thread', (_, error) => {
  const written = structuredClone(writeFault(error))
  for (const tls of [{}, { tls: {} }]) {
    const place = { broker: 'b:1', options: { brokers: [], ...tls }, request: 'Fetch', trusted: true }
    const { code, message, retriable } = brokerFailure(readFault(written), place)
    expect({ code, message, retriable }).toEqual(said(brokerFailure(error, place)))
  }
})

function said({ code, message, retriable }: ReturnType<typeof brokerFailure>) {
  return { code, message, retriable }
}
