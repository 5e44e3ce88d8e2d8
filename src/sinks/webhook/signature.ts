import { createHmac } from 'node:crypto'

/** The keys in the text of one or several secrets (`whsec_<base64>`); null where one is invalid. */
export function signingKeys(secrets: string): readonly Buffer[] | null {
  const keys = secrets.trim().split(/\s+/).map(keyOf)
  return keys.includes(null) ? null : keys.filter(key => key !== null)
}

/** The base64 of 24 to 64 bytes, with or without the prefix that marks secrets of Standard Webhooks. */
function keyOf(secret: string): Buffer | null {
  const base64 = secret.replace(/^whsec_/, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null
  const key = Buffer.from(base64, 'base64')
  return key.length >= 24 && key.length <= 64 ? key : null
}

export interface Message {
  readonly id: string
  /** Seconds since the epoch. */
  readonly timestamp: number
  readonly body: string
}

/** The header `webhook-signature`: a symmetric signature for each key (standardwebhooks.com, scheme v1). */
export function signature({ id, timestamp, body }: Message, keys: readonly Buffer[]): string {
  const signed = `${id}.${timestamp}.${body}`
  return keys.map(key => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`).join(' ')
}
