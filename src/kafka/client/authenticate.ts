import type { PasswordSasl, SaslOptions, TokenSasl } from '../net/brokerOptions.ts'
import { ScramFault, scram } from '../net/scram.ts'
import { codes, ProtocolError } from '../protocol/errors.ts'
import { type SaslAuthenticate, saslAuthenticate, saslHandshake } from '../protocol/sasl.ts'
import { BrokerRefusal } from './brokerFailure.ts'
import type { Send } from './connection.ts'

export interface Authentication {
  readonly sasl: SaslOptions
  readonly send: Send
  /** True where this connection is authenticated already (KIP-368). */
  readonly isRenewal: boolean
}

/**
 * Authenticates with SASL. Gives how long the authentication is valid, in ms, 0 for ever. Fails with a `BrokerRefusal`, or
 * as `send` does.
 */
export async function authenticate({ sasl, send, isRenewal }: Authentication): Promise<number> {
  await shakeHands(sasl, send, isRenewal)
  const exchange = async (message: string): Promise<SaslAuthenticate> => {
    const response = await send(saslAuthenticate, Buffer.from(message))
    if (response.errorCode === codes.SASL_AUTHENTICATION_FAILED) throw refused(sasl)
    if (response.errorCode !== 0) throw new ProtocolError(response.errorCode)
    return response
  }
  const withMechanism = sasl.mechanism === 'OAUTHBEARER' ? withToken(sasl, exchange) : withPassword(sasl, exchange)
  return (await withMechanism).sessionMs
}

type Exchange = (message: string) => Promise<SaslAuthenticate>

async function shakeHands({ mechanism }: SaslOptions, send: Send, isRenewal: boolean): Promise<void> {
  const { errorCode, offered } = await send(saslHandshake, mechanism)
  if (errorCode === codes.UNSUPPORTED_SASL_MECHANISM) {
    const others = offered.length > 0 ? `; this listener has ${offered.join(', ')}` : ''
    throw new BrokerRefusal('AUTHENTICATION_FAILED', `SASL ${mechanism} is not offered${others}`)
  }
  if (errorCode === codes.ILLEGAL_SASL_STATE && !isRenewal) {
    throw new BrokerRefusal('CONFIG_INVALID', 'this listener has no SASL, but sasl is configured', {
      setting: ['kafka', 'sasl'],
    })
  }
  if (errorCode === codes.ILLEGAL_SASL_STATE) {
    // A broker accepts no re-authentication within a second of the last one, however short its sessions are.
    throw new BrokerRefusal('BROKER_ERROR', 'it accepts no re-authentication now', { retriable: true })
  }
  if (errorCode !== 0) throw new ProtocolError(errorCode)
}

async function withPassword(sasl: PasswordSasl, send: Exchange): Promise<SaslAuthenticate> {
  const { mechanism, username, password } = sasl
  if (mechanism === 'PLAIN') return send(`\0${username}\0${password}`)
  try {
    const exchange = scram({ mechanism, username, password })
    const challenge = await send(exchange.first)
    const final = await exchange.final(challenge.bytes.toString())
    const last = await send(final.message)
    if (!final.isProvedBy(last.bytes.toString()))
      throw new ScramFault('the broker did not prove that it knows the password')
    return last
  } catch (error) {
    if (!(error instanceof ScramFault)) throw error
    throw new BrokerRefusal('AUTHENTICATION_FAILED', `${error.message} (SASL ${mechanism})`)
  }
}

async function withToken(sasl: TokenSasl, send: Exchange): Promise<SaslAuthenticate> {
  const token = typeof sasl.token === 'string' ? sasl.token : await tokenOf(sasl.token)
  const pairs = [['auth', `Bearer ${token}`], ...Object.entries(sasl.extensions ?? {})]
  const response = await send(`n,,\x01${pairs.map(([key, value]) => `${key}=${value}\x01`).join('')}\x01`)
  // The reply to a refused token has no error code; the reason is a JSON document in its bytes (RFC 7628, 3.2.2).
  if (response.bytes.length > 0) throw refused(sasl)
  return response
}

/** A failed token provider is worth a retry; a refused token is not. */
async function tokenOf(provider: () => string | Promise<string>): Promise<string> {
  try {
    return await provider()
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
    throw new BrokerRefusal('AUTHENTICATION_FAILED', `no SASL token: ${reason}`, { retriable: true, cause: error })
  }
}

function refused(sasl: SaslOptions): BrokerRefusal {
  const what = sasl.mechanism === 'OAUTHBEARER' ? 'the token' : `user ${JSON.stringify(sasl.username)}`
  return new BrokerRefusal('AUTHENTICATION_FAILED', `the broker refuses ${what} (SASL ${sasl.mechanism})`)
}
