import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { PasswordSasl } from './brokerOptions.ts'

/** The client's side of a SCRAM exchange (RFC 5802), without channel binding, as Kafka's brokers require. */
export interface Scram {
  readonly first: string
  /** Replies to the server's first message. Throws a `ScramFault` where the message is not acceptable. */
  final(serverFirst: string): Promise<ScramFinal>
}

export interface ScramFinal {
  readonly message: string
  /** True where the server's last message proves that it knows the password, too. */
  isProvedBy(serverFinal: string): boolean
}

export class ScramFault extends Error {}

const hashes = { 'SCRAM-SHA-256': 'sha256', 'SCRAM-SHA-512': 'sha512' } as const
export type ScramMechanism = keyof typeof hashes

export interface ScramOptions extends Pick<PasswordSasl, 'username' | 'password'> {
  readonly mechanism: ScramMechanism
  /** Random unless given. */
  readonly nonce?: string
}

/** No channel binding, no authorization identity. */
const header = 'n,,'
/** RFC 5802, 5.1. With fewer iterations, a server that poses as the broker could guess the password cheaply. */
const minIterations = 4096
/** Kafka's own tools use at most 16,384. More would let a hostile server keep koff busy. */
const maxIterations = 1_000_000

export function scram({ mechanism, username, password, nonce = newNonce() }: ScramOptions): Scram {
  const hash = hashes[mechanism]
  const bare = `n=${escaped(username)},r=${nonce}`
  const mac = (key: Buffer, text: string) => createHmac(hash, key).update(text).digest()
  const final = async (serverFirst: string): Promise<ScramFinal> => {
    const { r: nonces = '', s: salt = '', i } = attributes(serverFirst)
    const iterations = Number(i)
    if (!nonces.startsWith(nonce))
      throw new ScramFault('the nonce in the reply of the broker does not begin with that of koff')
    if (!(iterations >= minIterations)) throw new ScramFault(`the broker uses only ${i} iterations`)
    if (!(Number.isInteger(iterations) && iterations <= maxIterations)) {
      throw new ScramFault(`the broker requires ${i} iterations`)
    }
    const key = await derive(password, Buffer.from(salt, 'base64'), iterations, keyLength(hash), hash)
    const clientKey = mac(key, 'Client Key')
    const unproved = `c=${Buffer.from(header).toString('base64')},r=${nonces}`
    const exchange = `${bare},${serverFirst},${unproved}`
    const signature = mac(createHash(hash).update(clientKey).digest(), exchange)
    const proof = clientKey.map((byte, at) => byte ^ (signature[at] as number))
    const expected = mac(mac(key, 'Server Key'), exchange).toString('base64')
    return {
      message: `${unproved},p=${Buffer.from(proof).toString('base64')}`,
      isProvedBy: serverFinal => attributes(serverFinal)['v'] === expected,
    }
  }
  return { first: `${header}${bare}`, final }
}

const derive = promisify(pbkdf2)

function keyLength(hash: (typeof hashes)[ScramMechanism]): number {
  return hash === 'sha256' ? 32 : 64
}

function newNonce(): string {
  return randomBytes(24).toString('base64url')
}

function escaped(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C')
}

/** `r=…,s=…`: the text after the first `=` of each. */
function attributes(message: string): Readonly<Record<string, string>> {
  const parts = message.split(',').map(part => part.split('=', 1).concat(part.slice(part.indexOf('=') + 1)))
  return Object.fromEntries(parts) as Record<string, string>
}
