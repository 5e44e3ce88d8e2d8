import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runKoff } from './runKoff.ts'

const home = mkdtempSync(join(tmpdir(), 'koff-history-command-'))
const store = join(home, 'history.db')
beforeAll(async () => {
  await runKoff(['replay', 'test/corpus/dev.records.ndjson.gz', '--history', store])
  writeFileSync(join(home, 'text'), 'no database, but a text that is long enough to be looked at')
})
afterAll(() => rmSync(home, { recursive: true }))

const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['a group that is not known', ['group', 'dev-classic-rang', '--at', 'now'], /did you mean "dev-classic-range"\?/],
  ['SQL for a group', ['group', `x' OR 1=1 --`, '--at', 'now'], /no such group "x' OR 1=1 --" in the history/],
  ['a time that is none', ['groups', '--at', 'noon-ish'], /--at.*noon-ish/],
  ['no time', ['groups'], /--at/],
  ['a partition that is none', ['owner', 't-a', 'three', '--at', 'now'], /three/],
  ['one moment and a time', ['owner', 't-a', '0', '--at', 'now', '--since', '1h'], /--at is one moment/],
  ['a type that is none', ['events', '--event', 'rebalanced'], /--event.*rebalanced/],
  ['a severity that is none', ['events', '--severity', 'fatal'], /info, warn, error/],
  ['a cluster that is not known', ['events', '--cluster', 'other'], /no cluster "other"; known: ""/],
  ['an id that is not known', ['events', '--id', '9-9-9'], /no event "9-9-9"/],
  ['a format that is none', ['export', '--to', join(home, 'events.xml')], /parquet, csv, ndjson/],
  ['a folder that is not there', ['export', '--to', join(home, 'none/events.csv')], /none\/events\.csv/],
  ['nothing to remove by', ['prune'], /--before, or --to-size/],
  ['a size that is none', ['prune', '--to-size', 'much'], /500M or 2G/],
  ['a count that is none', ['rebalances', 'dev-classic-range', '--limit', '-3'], /--limit/],
  ['a difference without an end', ['diff', 'dev-classic-range', '--from', '1h'], /--to/],
]

test.each(wrong)('%s is refused with what is known', async (_, args, message) => {
  const { code, stdout, stderr } = await runKoff(['history', ...args, '--history', store])
  expect([stdout, code === 0]).toEqual(['', false])
  expect(stderr).toMatch(message)
  expect(stderr).not.toMatch(/at .*\.ts:|SQLITE|sqlite error/)
})

test.each([
  ['is not there', 'none.db', /none\.db/],
  ['is no database', 'text', /text/],
])('a history that %s is named', async (_, name, message) => {
  const { code, stderr } = await runKoff(['history', 'groups', '--at', 'now', '--history', join(home, name)])
  expect(code).not.toBe(0)
  expect(stderr).toMatch(message)
})

test('a log that begins at offset 0 is known from the beginning of time', async () => {
  const { code, stdout, stderr } = await runKoff(['history', 'groups', '--at', '@1000000000000', '--history', store])
  expect([code, stdout, stderr]).toEqual([0, '', ''])
})

test.each([
  ['group', 'dev-classic-range', '--at', '@4000000000000'],
  ['owner', 't-a', '0', '--at', '@4000000000000'],
  ['events', '--since', '@1796000000000', '--until', '@4000000000000'],
  ['members', 'dev-classic-range', '--since', '@4000000000000'],
  ['offsets', 'dev-classic-range', '--at', '@4000000000000', '-o', 'reset-csv'],
])('a time outside of what is known is no silent blank: %s %s', async (...args) => {
  const { code, stderr } = await runKoff(['history', ...args, '--history', store])
  expect(code).toBe(3)
  expect(stderr).toMatch(/not known (after|before) \d{4}-/)
})
