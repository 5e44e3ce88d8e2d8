import type { Answers } from './answers.ts'

/** What koff answered instead of an answer. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>

/** Asks a route of koff's API. */
export async function ask<Path extends keyof Answers>(
  path: Path,
  query: Query,
  signal?: AbortSignal,
): Promise<Answers[Path]> {
  const response = await request(path, query, signal)
  const body: unknown = await response.json().catch(() => null)
  if (response.ok) return body as Answers[Path]
  const { code, message } = faultIn(body)
  throw new ApiError(response.status, code, message ?? `koff answered with ${response.status}`)
}

async function request(path: string, query: Query, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(urlOf(path, query), { ...(signal === undefined ? {} : { signal }), headers: authorization() })
  } catch (error) {
    if (signal?.aborted === true) throw error
    throw new ApiError(0, 'UNREACHABLE', 'koff cannot be reached: it has ended, or the connection is gone')
  }
}

export function urlOf(path: string, query: Query): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) parameters.set(name, String(value))
  }
  const text = parameters.toString()
  return text === '' ? path : `${path}?${text}`
}

function faultIn(body: unknown): { readonly code: string; readonly message?: string } {
  if (typeof body !== 'object' || body === null || !('error' in body)) return { code: '' }
  const { error } = body
  if (typeof error !== 'object' || error === null) return { code: '' }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return 'message' in error && typeof error.message === 'string' ? { code, message: error.message } : { code }
}

const tokenKey = 'koff-token'

/** Where koff demands a token, the reader gives it once a session. */
export function keepToken(token: string): void {
  sessionStorage.setItem(tokenKey, token)
}

export function keptToken(): string | null {
  return sessionStorage.getItem(tokenKey)
}

function authorization(): Record<string, string> {
  const token = keptToken()
  return token === null ? {} : { authorization: `Bearer ${token}` }
}
