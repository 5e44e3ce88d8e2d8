import type { Command } from 'commander'
import { timeOption } from '../../app/logPoint.ts'
import { KoffError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { withInt64 } from '../../coordinator/jsonValue.ts'
import type { EventType } from '../../events/definitions.ts'
import type { Knowledge } from '../../history/items.ts'
import { readHistory } from '../../history/openHistory.ts'
import { clusterOf } from '../../history/queries/cluster.ts'
import { shortestKept, type Uncovered, uncovered } from '../../history/queries/coverage.ts'
import { groupNames, partitionOfGroup } from '../../history/queries/groupNames.ts'
import { timeLimitMs } from '../../history/queries/limits.ts'
import type { HistoryReader } from '../../history/store.ts'
import { localTime, zoneText } from '../../terminal/clock.ts'
import { addOutputOptions, type OutputFlags, type View, viewOf } from '../../terminal/output.ts'
import { note, put, putJson, type Shell } from '../../terminal/shell.ts'
import { type Column, table } from '../../terminal/table.ts'
import { NOT_KNOWN } from '../knownTimes.ts'

/** What every question to a history takes. */
export interface StoreOptions extends Omit<OutputFlags, 'output'> {
  readonly history?: string
  readonly cluster?: string
  readonly output?: OutputFlags['output'] | 'reset-csv'
}

const defaultStore = 'koff-history.db'
export const storeHelp = `the history, a SQLite file or postgres://…; KOFF_HISTORY, or ${defaultStore}, unless given`

export function addStoreOptions(command: Command): Command {
  return command
    .option('--history <store>', storeHelp)
    .option('--cluster <id>', 'the cluster, where the history has several')
}

/** For a question about a time from one moment to another. */
export interface TimesOptions {
  readonly since?: number
  readonly until?: number
}

export function addTimes(command: Command, defaultSince: string): Command {
  return command
    .option(
      '--since <time>',
      `from then on: 15m, 16:12, yesterday 16:12, …; default ${defaultSince}`,
      timeOption('--since'),
    )
    .option('--until <time>', 'up to then; default now', timeOption('--until'))
}

/** A history that is open for questions about one cluster. */
export interface Asked extends AsyncDisposable {
  readonly reader: HistoryReader
  readonly cluster: string
  readonly view: View
}

export async function ask(shell: Shell, options: StoreOptions): Promise<Asked> {
  const reader = await readHistory(placeOf(shell, options), timeLimitMs)
  await using opening = new AsyncDisposableStack()
  opening.use(reader)
  const cluster = await clusterOf(reader, options.cluster)
  opening.move()
  const { output, ...flags } = options
  const view = viewOf(shell, output === undefined || output === 'reset-csv' ? flags : { ...flags, output })
  return { reader, cluster, view, [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose]() }
}

export function placeOf({ variables }: Shell, { history }: Pick<StoreOptions, 'history'>): string {
  return history ?? variables['KOFF_HISTORY'] ?? defaultStore
}

/** Rows as a table for people, or a line of JSON each. */
export async function show<Row>(
  shell: Shell,
  { view }: Pick<Asked, 'view'>,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
): Promise<void> {
  if (view.format !== 'json') return put(shell.stdout, rows.length === 0 ? '' : table(rows, columns, view))
  for (const row of rows) await putJson(shell.stdout, `${JSON.stringify(row, withInt64)}\n`)
}

/** The head of a column of times, which says their zone. */
export function timeHead(word: string): string {
  return `${word} (${zoneText(Date.now())})`
}

export function timeText(ms: number | null, otherwise = ''): string {
  return ms === null ? otherwise : (localTime(ms) ?? 'no time')
}

export interface Covering {
  readonly knows: Knowledge
  readonly from: number
  readonly to: number
  /** Of `__consumer_offsets`; all unless given. */
  readonly partition?: number | undefined
  /** Of events: the types in question; all unless given. */
  readonly types?: readonly EventType[] | undefined
}

/** Says on standard error what of the time in question the history does not cover. Returns the exit code. */
export async function noteCoverage(shell: Shell, { reader, cluster }: Asked, question: Covering): Promise<number> {
  const missing = await uncovered(reader, { cluster, ...question })
  if (missing.length === 0) return question.knows === 'events' ? noteKept(shell, reader, question) : 0
  note(shell, `${unknownText(missing)}: the history does not cover all of the time in question`)
  return NOT_KNOWN
}

/** Events of single types may have been removed earlier than all others. */
async function noteKept(shell: Shell, reader: HistoryReader, { from, types }: Covering): Promise<number> {
  const kept = await shortestKept(reader, types)
  if (kept === null || kept.since <= from) return 0
  const since = new Date(kept.since).toISOString()
  note(shell, `not known before ${since}: earlier events of type ${kept.type} were removed (keepTypesMs)`)
  return NOT_KNOWN
}

function unknownText(missing: readonly Uncovered[]): string {
  const text = (time: number) => new Date(time).toISOString()
  const befores = missing.flatMap(({ to }) => to ?? [])
  const afters = missing.flatMap(({ from }) => from ?? [])
  if (befores.length > 0) return `not known before ${text(Math.max(...befores))}`
  if (afters.length > 0) return `not known after ${text(Math.min(...afters))}`
  return 'not known'
}

/**
 * The partition of `__consumer_offsets` that a group is in.
 * @throws KoffError NO_SUCH_GROUP
 */
export async function knownGroup({ reader, cluster }: Asked, group: string): Promise<number> {
  const partition = await partitionOfGroup(reader, cluster, group)
  if (partition !== null) return partition
  const names = await groupNames(reader, cluster, 10_000)
  const meant = nearest(group, names)
  const hint =
    meant !== undefined
      ? `; did you mean ${JSON.stringify(meant)}?`
      : names.length === 0
        ? '; the history has no group'
        : ''
  throw new KoffError('INPUT_UNREADABLE', `no such group ${JSON.stringify(group)} in the history${hint}`)
}

/** A command that asks a history. */
export function question(command: Command, examples: string): Command {
  return addStoreOptions(addOutputOptions(command)).addHelpText('after', `\nExamples:\n${examples}`)
}
