import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { KoffError } from '../../base/errors.ts'
import { systemReason } from '../../base/systemReason.ts'

/** A file of the page as it goes to a browser. */
export interface PageFile {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

export interface PageFiles {
  /**
   * The file of a path. Any path that names none gives index.html, which shows what the path says; null: the path is that
   * of a file which is not there.
   * @param accepted the encodings that the browser takes (`Accept-Encoding`).
   */
  file(path: string, accepted: string): PageFile | null
}

/**
 * Nothing but koff's own scripts and styles runs, nothing is loaded from elsewhere, nothing can frame the page, and no
 * script can turn a text into markup.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** In the order of preference. */
const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

/**
 * The page, ready-built in a package; in a checkout it is built from src/page, which takes less than a second.
 * @throws KoffError UNSUPPORTED where it can be neither found nor built.
 */
export async function openPageFiles(): Promise<PageFiles> {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  const script = join(root, 'scripts/page.ts')
  const isCheckout = import.meta.url.endsWith('.ts') && existsSync(script)
  return pageFilesOf(isCheckout ? await built(script) : await read(join(root, 'dist/page')))
}

/** The page where it is first asked for: a service that nobody looks at has no use for it. */
export function pageFilesOnce(): () => Promise<PageFiles> {
  let opened: Promise<PageFiles> | null = null
  return async () => {
    opened ??= openPageFiles()
    try {
      return await opened
    } catch (error) {
      opened = null
      throw error
    }
  }
}

async function built(script: string): Promise<ReadonlyMap<string, Buffer>> {
  const folder = await mkdtemp(join(tmpdir(), 'koff-page-'))
  try {
    await promisify(execFile)(process.execPath, [script, folder])
    return await read(folder)
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    throw new KoffError('UNSUPPORTED', `the page cannot be built: ${text}; run npm ci`, { cause })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function read(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  try {
    const names = await readdir(folder)
    return new Map(await Promise.all(names.map(async name => [name, await readFile(join(folder, name))] as const)))
  } catch (cause) {
    const message = `the page is not in this installation: ${folder}: ${systemReason(cause)}; run npm run build`
    throw new KoffError('UNSUPPORTED', message, { cause })
  }
}

function pageFilesOf(contents: ReadonlyMap<string, Buffer>): PageFiles {
  const etags = new Map([...contents].map(([name, body]) => [name, etagOf(body)]))
  return {
    file(path, accepted) {
      const name = nameOf(path, contents)
      if (name === null) return null
      const wants = new Set(accepted.split(',').map(part => part.split(';')[0]?.trim()))
      const [encoding, ending] = encodings.find(([one, end]) => wants.has(one) && contents.has(name + end)) ?? [
        null,
        '',
      ]
      const body = contents.get(name + ending)
      if (body === undefined) return null
      return {
        body,
        headers: {
          'content-type': types[extname(name)] ?? 'application/octet-stream',
          // A name with a hash stands for one content; index.html is asked for again each time, and answered with 304.
          'cache-control': name === 'index.html' ? 'no-cache' : 'public, max-age=31536000, immutable',
          etag: etags.get(name + ending) ?? '',
          vary: 'accept-encoding',
          ...(encoding === null ? {} : { 'content-encoding': encoding }),
          'content-security-policy': policy,
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'cross-origin-opener-policy': 'same-origin',
        },
      }
    },
  }
}

function nameOf(path: string, contents: ReadonlyMap<string, Buffer>): string | null {
  const name = path.slice(1)
  if (contents.has(name) && extname(name) in types) return name
  return extname(name) in types ? null : 'index.html'
}

function etagOf(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
}
