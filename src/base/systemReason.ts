/**
 * Why the operating system or a server refused something: a few words without names of system calls, to follow the name
 * of the file or server.
 */
export function systemReason(error: unknown): string {
  const causes = causesOf(error)
  const known = causes.map(cause => reasons[codeOf(cause)]).find(reason => reason !== undefined)
  return known ?? tlsReason(error) ?? innermostText(causes)
}

/** The error and all its causes, outermost first. */
export function causesOf(error: unknown): readonly Error[] {
  if (!(error instanceof Error)) return [new Error(String(error))]
  const nested = 'errors' in error && Array.isArray(error.errors) ? error.errors.flatMap(causesOf) : []
  return [error, ...nested, ...(error.cause instanceof Error ? causesOf(error.cause) : [])]
}

/** `ECONNREFUSED`, `ERR_TLS_CERT_ALTNAME_INVALID`; empty where the error has no such code. */
export function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** Why a TLS handshake failed. What to do about it depends on which server it is. */
export type TlsFault =
  /** The server does not speak TLS at all. */
  | 'plain'
  /** The two sides have no TLS version in common. */
  | 'versions'
  /** The server requires a client certificate, or rejects koff's. */
  | 'client-certificate'
  /**
   * The server ended the handshake without a reason: no cipher in common, or (TLS 1.2) a client certificate is missing.
   */
  | 'refused'
  /** The server's certificate is for another name. */
  | 'name'
  /** The server's certificate is not trusted. */
  | 'untrusted'

/** Null where the error is not about TLS. */
export function tlsFault(error: unknown): TlsFault | null {
  const causes = causesOf(error)
  const found = tlsSigns.find(({ code, text }) =>
    causes.some(cause => code.test(codeOf(cause)) || text.test(cause.message)),
  )
  return found?.fault ?? null
}

/** For the end of an error message about a server: what to do where no TLS version is in common. */
export const tlsVersionAdvice = 'enable one of these versions on the server'

function tlsReason(error: unknown): string | null {
  switch (tlsFault(error)) {
    case 'plain':
      return 'it does not speak TLS'
    case 'versions':
      return `it has no TLS version in common with koff (${tlsVersions()})`
    case 'client-certificate':
      return 'it requires a client certificate, or rejects the one that koff sent'
    case 'refused':
      return 'it refuses the TLS handshake'
    case 'name':
      return 'its TLS certificate is for another name'
    case 'untrusted':
      // Node appends advice of its own after a semicolon.
      return `its TLS certificate is not trusted (${innermostText(causesOf(error)).replace(/;.*$/, '')})`
    case null:
      return null
  }
}

/** `TLS 1.2 to TLS 1.3`, unless NODE_OPTIONS says otherwise. Loaded on demand: few commands need TLS. */
function tlsVersions(): string {
  const { DEFAULT_MIN_VERSION: oldest, DEFAULT_MAX_VERSION: newest } = process.getBuiltinModule('node:tls')
  return [oldest, newest].map(version => version.replace('TLSv', 'TLS ')).join(' to ')
}

/**
 * The codes are those of Node's TLS. Some clients keep only the message, which is OpenSSL's (`error:0A00042E:SSL
 * routines:…`). The first match counts.
 */
const tlsSigns: readonly { readonly fault: TlsFault; readonly code: RegExp; readonly text: RegExp }[] = [
  {
    fault: 'versions',
    code: /^ERR_SSL_(TLSV1_ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|NO_PROTOCOLS_AVAILABLE)$/,
    text: /SSL routines:[^:]*:(tlsv1 alert protocol version|unsupported protocol|version too low|no protocols available)/,
  },
  {
    fault: 'client-certificate',
    code: /^ERR_SSL_.*ALERT_(.*CERTIFICATE|UNKNOWN_CA)/,
    text: /SSL routines:[^:]*:[^:]*alert ([^:]*certificate|unknown ca)/,
  },
  {
    fault: 'refused',
    code: /^ERR_SSL_.*ALERT_HANDSHAKE_FAILURE/,
    text: /SSL routines:[^:]*:[^:]*alert handshake failure/,
  },
  {
    fault: 'plain',
    code: /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/,
    text: /SSL routines:[^:]*:(wrong version number|packet length too long)/,
  },
  {
    fault: 'name',
    code: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    text: /does not match certificate's altnames/,
  },
  {
    fault: 'untrusted',
    code: /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_)/,
    text: /^(self[- ]signed certificate|unable to (verify|get) .*certificate|certificate (has expired|is not yet valid))/,
  },
]

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'this machine has no such address',
  EAI_AGAIN: 'the name of this host cannot be looked up now',
  ECONNABORTED: 'connection closed',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'a file of that name exists',
  EHOSTDOWN: 'no route to this host',
  EHOSTUNREACH: 'no route to this host',
  EIO: 'the device reports an error',
  EISDIR: 'is a directory',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  ENETDOWN: 'no route to this network',
  ENETUNREACH: 'no route to this network',
  ENFILE: 'too many open files on this machine',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'a part of the path is not a directory',
  ENOTFOUND: 'no such host',
  EPERM: 'permission denied',
  EPIPE: 'connection closed',
  EROFS: 'the file system is read-only',
  ETIMEDOUT: 'connection timed out',
}

/** The innermost cause is the most specific. */
function innermostText(causes: readonly Error[]): string {
  const { message } = causes.at(-1) ?? new Error('')
  return message
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '')
}
