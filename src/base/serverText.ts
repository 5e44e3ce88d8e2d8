/** Longer texts are cut. */
const longestText = 300
/** This many characters of a secret in a row count as the secret. */
const window = 8
const hidden = '[hidden]'

/**
 * A server's message, fit for a log: one line of limited length, without the secrets that koff sent. Some servers
 * repeat the headers, the command or the URL that they refuse. Parts of a secret and its usual encodings are hidden,
 * too; so is text that looks like other credentials.
 */
export function serverText(text: string, secrets: readonly string[] = []): string {
  const line = withoutCredentials(withoutSecrets(text, secrets)).replace(/\s+/g, ' ').trim()
  return line.length <= longestText ? line : `${line.slice(0, longestText)}…`
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  const pieces = new Map<number, Set<string>>()
  for (const form of secrets.flatMap(formsOf)) {
    const length = Math.min(window, form.length)
    const known = pieces.get(length) ?? new Set()
    for (let at = 0; at + length <= form.length; at++) known.add(form.slice(at, at + length))
    pieces.set(length, known)
  }
  let hiddenUntil = 0
  let shown = ''
  for (let at = 0; at < text.length; at++) {
    for (const [length, known] of pieces) {
      if (!known.has(text.slice(at, at + length))) continue
      if (at >= hiddenUntil) shown += hidden
      hiddenUntil = Math.max(hiddenUntil, at + length)
    }
    if (at >= hiddenUntil) shown += text[at]
  }
  return shown
}

/** Its encodings in a header, a URL, JSON and HTML. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  const escaped = secret.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
  const forms = [
    secret,
    decoded(secret),
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
    escaped,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ]
  return [...new Set(forms)].filter(form => form !== '')
}

/** Of the password in a URL. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function withoutCredentials(text: string): string {
  return text
    .replace(/\b(basic|bearer)\s+(?!\[hidden\])[\w+/=.~-]{4,}/gi, `$1 ${hidden}`)
    .replace(/(:\/\/)[^\s/@"']+@/g, `$1${hidden}@`)
}
