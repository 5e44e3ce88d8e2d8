import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { whatToDo } from '../src/events/conditions/advice.ts'
import { type EventType, eventTypes, isEventType, offByDefault, severityOf } from '../src/events/definitions.ts'
import { runKoff } from './commands/runKoff.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Every page of the project, by its path from the root. */
const pages = ['.', 'docs', 'config', 'pipelines', 'examples', 'test/servers', 'test/clients'].flatMap(folder =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder)).flatMap(name => (name.endsWith('.md') ? [relative('.', join(folder, name))] : []))
    : [],
)

function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

/** Without blocks of code, in which brackets mean something else. */
function proseOf(page: string): string {
  return textOf(page).replaceAll(/^```.*?^```$/gms, '')
}

/** Anchors of headings as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** What is wrong with a link on a page; undefined if it leads somewhere. */
function faultOf(page: string, target: string): string | undefined {
  if (/^https?:/.test(target)) return undefined
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? page : relative('.', join(dirname(page), path))
  if (!existsSync(join(root, file))) return `${page}: ${target}: no such file`
  if (anchor !== undefined && !anchorsOf(file).includes(anchor)) return `${page}: ${target}: no such heading`
  return undefined
}

/** What a user copies commands, variables and addresses from. */
const shown = [
  ...pages,
  'docker-compose.yml',
  ...['config', 'examples', 'pipelines'].flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(({ parentPath, name }) => relative(root, join(parentPath, name))),
  ),
]

describe('the way of data', () => {
  const [, body = ''] = /\n( {2}return source[^]*?)\n\}/.exec(textOf('src/pipeline/pipeline.ts')) ?? []

  it.each(['README.md', 'DESIGN.md'])('stands in %s as it is in the code', page => {
    expect(body).toContain('deliver(delivery)')
    expect(textOf(page)).toContain(body.replaceAll(/^ {2}/gm, ''))
  })
})

describe('what a user copies', () => {
  it('calls the brokers by one variable, KOFF_BROKERS', () => {
    const names = shown.flatMap(file => textOf(file).match(/\b[A-Z_]*BROKERS\b/g) ?? [])
    expect(new Set(names)).toEqual(new Set(['KOFF_BROKERS']))
  })

  it('has one address for the registry, that of docker-compose.yml', () => {
    const addresses = shown.flatMap(file => textOf(file).match(/http:\/\/localhost:8081[^\s'"`})]*/g) ?? [])
    expect(addresses.length).toBeGreaterThan(5)
    expect(new Set(addresses.map(address => address.replace(/[,;.]$/, '')))).toEqual(
      new Set(['http://localhost:8081/apis/ccompat/v7']),
    )
    expect(textOf('docker-compose.yml')).toMatch(/SCHEMA_REGISTRY_URL: http:\/\/registry:8080\/apis\/ccompat\/v7/)
  })
})

describe('the pages', () => {
  it('are those that a reader begins with, and more', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'DESIGN.md', 'CONTRIBUTING.md', 'docs/events.md']))
  })

  it('link to files and headings that are there', () => {
    const links = pages.flatMap(page =>
      [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = '']) => [page, to]),
    )
    expect(links.length).toBeGreaterThan(20)
    expect(links.flatMap(([page = '', to = '']) => faultOf(page, to) ?? [])).toEqual([])
  })

  it('name files and folders of the project that are there', () => {
    const named = pages.flatMap(page =>
      [...proseOf(page).matchAll(/`((?:src|test|docs|config|schemas|scripts|pipelines|bin)\/[\w./-]*)`/g)].map(
        ([, path = '']) => `${page}: ${path}`,
      ),
    )
    expect(named.length).toBeGreaterThan(20)
    // src/a/b.ts stands for any file.
    const missing = named.filter(text => !text.includes('/a/b') && !existsSync(join(root, text.split(': ')[1] ?? '')))
    expect(missing).toEqual([])
  })

  it('name files by the end of their path that are there, in DESIGN.md also those of the file map', () => {
    const files = ['src', 'test', 'scripts', 'bin'].flatMap(folder =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(path => `/${folder}/${path}`),
    )
    const named = [...textOf('DESIGN.md').matchAll(/(?<![\w/.…])([\w/]+(?:\.test)?\.ts)\b/g)].map(
      ([, name = '']) => name,
    )
    expect(named.length).toBeGreaterThan(80)
    expect(named.filter(name => !files.some(path => path.endsWith(`/${name}`)))).toEqual([])
  })

  it('show scripts of npm that exist', () => {
    const scripts = pages.flatMap(page => [...textOf(page).matchAll(/npm run ([\w-]+)/g)].map(([, name = '']) => name))
    expect(scripts.length).toBeGreaterThan(5)
    expect(scripts.filter(name => !(name in packageJson.scripts))).toEqual([])
  })

  it('show commands of koff that exist, with flags that they have', async () => {
    const lines = pages.flatMap(page =>
      [...textOf(page).matchAll(/(?:^|[`\s])koff (?:-- )?([a-z]+(?: (?:check|schema))?)\b([^\n`|]*)/gm)].flatMap(
        ([line, command = '', rest = '']) => (known.has(command.split(' ')[0] ?? '') ? [{ line, command, rest }] : []),
      ),
    )
    expect(lines.length).toBeGreaterThan(20)
    const faults: string[] = []
    for (const { line, command, rest } of lines) {
      const { stdout } = await runKoff([...command.split(' '), '--help'])
      for (const [flag] of rest.matchAll(/(?<![\w-])--?[a-z][a-z-]*/g)) {
        if (!new RegExp(`(?<![\\w-])${flag}(?![\\w-])`).test(stdout)) faults.push(`${line.trim()}: no ${flag}`)
      }
    }
    expect(faults).toEqual([])
  })
})

describe('the tables of events in the README', () => {
  it('hold every type once, with its severity, and whether it is off by default', () => {
    const rows = [...textOf('README.md').matchAll(/^\| `([a-z-]+)`(?:, `([a-z-]+)`)? \| ([a-z ,]+) \|/gm)]
    const told = rows.map(([, opens = '', , says = '']) => `${opens}: ${says}`)
    const closing = rows.flatMap(([, , closes]) => closes ?? [])
    const suffix = (type: EventType) => (offByDefault.has(type) ? ', off by default' : '')
    const opening = eventTypes.filter(type => !closing.includes(type))
    expect(told.toSorted()).toEqual(opening.map(type => `${type}: ${severityOf(type)}${suffix(type)}`).toSorted())
    expect(closing.filter(type => !isEventType(type))).toEqual([])
  })
})

/** A sentence that goes on after `koff` is no command. */
const known = new Set(['run', 'events', 'print', 'decode', 'replay', 'groups', 'record', 'config', 'status'])

describe('docs/conditions.md', () => {
  it('says of every condition what to do in the sentence of koff conditions', () => {
    const plain = (text: string) =>
      text.replaceAll(/^- /gm, '').replaceAll('`', '').replaceAll(/\s+/g, ' ').toLowerCase()
    const text = plain(textOf('docs/conditions.md'))
    const missing = Object.entries(whatToDo).filter(([, sentence]) => !text.includes(`what to do: ${plain(sentence)}`))
    expect(missing).toEqual([])
  })
})
