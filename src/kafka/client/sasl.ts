import type { PasswordSasl, SaslOptions, TokenSasl } from '../net/brokerOptions.ts'
import { ScramFault, scram } from '../net/scram.ts'
import { type ApiVersions, pickVersion } from '../protocol/apiVersions.ts'
import { ILLEGAL_SASL_STATE, SASL_AUTHENTICATION_FAILED, UNSUPPORTED_SASL_MECHANISM } from '../protocol/errorCodes.ts'
import type { Ask } from '../protocol/question.ts'
import { writeBytes, writeText } from '../protocol/requestWriter.ts'
import { readArray, readBlob, readNullableText, readText } from '../protocol/responseReader.ts'
import { readInt16, readInt64 } from '../records/reader.ts'
import { ProtocolFault, Refusal } from './failure.ts'

export interface Authentication {
  readonly sasl: SaslOptions
  readonly versions: ApiVersions
  readonly ask: Ask
  /** True where the broker has let koff in before, on this connection (KIP-368). */
  readonly isRenewal: boolean
}

/**
 * Tells the broker who koff is. Gives how long the broker believes it, in ms, 0 for ever; fails with a `Refusal` where it
 * does not, or as `ask` does.
 */
export async function authenticate({ sasl, versions, ask, isRenewal }: Authentication): Promise<number> {
  await shakeHands(sasl, ask, isRenewal)
  const version = pickVersion('SaslAuthenticate', [2, 1], versions)
  const tell = (message: Buffer | string): Promise<Told> =>
    ask({
      name: 'SaslAuthenticate',
      version,
      write: writer => writeBytes(writer, Buffer.from(message)),
      read: reader => {
        const errorCode = readInt16(reader)
        readNullableText(reader, 'error_message')
        if (errorCode === SASL_AUTHENTICATION_FAILED) throw refused(sasl)
        if (errorCode !== 0) throw new ProtocolFault(errorCode)
        return { bytes: readBlob(reader, 'auth_bytes'), sessionMs: Number(readInt64(reader)) }
      },
    })
  const { sessionMs } = sasl.mechanism === 'OAUTHBEARER' ? await withToken(sasl, tell) : await withPassword(sasl, tell)
  return sessionMs
}

interface Told {
  readonly bytes: Buffer
  readonly sessionMs: number
}

type Tell = (message: Buffer | string) => Promise<Told>

async function shakeHands({ mechanism }: SaslOptions, ask: Ask, isRenewal: boolean): Promise<void> {
  const { errorCode, offered } = await ask({
    name: 'SaslHandshake',
    version: 1,
    write: writer => writeText(writer, mechanism),
    read: reader => ({
      errorCode: readInt16(reader),
      offered: readArray(reader, 'mechanisms', () => readText(reader, 'mechanism')),
    }),
  })
  if (errorCode === UNSUPPORTED_SASL_MECHANISM) {
    const others = offered.length > 0 ? `; this listener has ${offered.join(', ')}` : ''
    throw new Refusal('AUTHENTICATION_FAILED', `SASL ${mechanism} is not offered${others}`)
  }
  if (errorCode === ILLEGAL_SASL_STATE && !isRenewal) {
    throw new Refusal('CONFIG_INVALID', 'this listener has no SASL, but sasl is configured', {
      setting: ['kafka', 'sasl'],
    })
  }
  if (errorCode === ILLEGAL_SASL_STATE) {
    // A broker takes no new authentication within a second of the last, however short it makes a session.
    throw new Refusal('BROKER_ERROR', 'it takes no new authentication now', { retriable: true })
  }
  if (errorCode !== 0) throw new ProtocolFault(errorCode)
}

async function withPassword(sasl: PasswordSasl, tell: Tell): Promise<Told> {
  const { mechanism, username, password } = sasl
  if (mechanism === 'PLAIN') return tell(`\0${username}\0${password}`)
  try {
    const exchange = scram({ mechanism, username, password })
    const challenge = await tell(exchange.first)
    const final = await exchange.final(challenge.bytes.toString())
    const last = await tell(final.message)
    if (!final.isProvedBy(last.bytes.toString()))
      throw new ScramFault('the broker cannot prove that it knows the password')
    return last
  } catch (error) {
    if (!(error instanceof ScramFault)) throw error
    throw new Refusal('AUTHENTICATION_FAILED', `${error.message} (SASL ${mechanism})`)
  }
}

async function withToken(sasl: TokenSasl, tell: Tell): Promise<Told> {
  const token = typeof sasl.token === 'string' ? sasl.token : await asked(sasl.token)
  const pairs = [['auth', `Bearer ${token}`], ...Object.entries(sasl.extensions ?? {})]
  const told = await tell(`n,,\x01${pairs.map(([key, value]) => `${key}=${value}\x01`).join('')}\x01`)
  // A refused token is answered without an error code, by a JSON document in the bytes (RFC 7628, 3.2.2).
  if (told.bytes.length > 0) throw refused(sasl)
  return told
}

/** Whoever hands out tokens may be back in a moment; a broker that refuses one will refuse it again. */
async function asked(provider: () => string | Promise<string>): Promise<string> {
  try {
    return await provider()
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
    throw new Refusal('AUTHENTICATION_FAILED', `no SASL token: ${reason}`, { retriable: true, cause: error })
  }
}

function refused(sasl: SaslOptions): Refusal {
  const who = sasl.mechanism === 'OAUTHBEARER' ? 'the token' : `user ${JSON.stringify(sasl.username)}`
  return new Refusal('AUTHENTICATION_FAILED', `the broker refuses ${who} (SASL ${sasl.mechanism})`)
}
