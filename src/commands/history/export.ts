import { Command, Option } from 'commander'
import { collect } from '../../app/eventOptions.ts'
import { typesSelected } from '../../config/eventPatterns.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import { type ExportFormat, exportEvents, exportFormats } from '../../history/export/exportEvents.ts'
import { type EventsQuestion, eventsPage } from '../../history/queries/events.ts'
import { choice } from '../../terminal/output.ts'
import { countProgress } from '../../terminal/progress.ts'
import { note, type Shell } from '../../terminal/shell.ts'
import { usage } from '../../terminal/usage.ts'
import { selector } from './events.ts'
import {
  type Asked,
  addStoreOptions,
  addTimes,
  ask,
  noteCoverage,
  type StoreOptions,
  type TimesOptions,
} from './store.ts'

interface ExportFlags extends Omit<StoreOptions, 'output'>, TimesOptions {
  readonly to: string
  readonly format?: ExportFormat
  readonly group?: readonly string[]
  readonly event?: readonly string[]
}

export function exportCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('export')
    .summary('events to a file: Parquet, CSV or NDJSON')
    .requiredOption('--to <file>', 'the file; what is there is replaced when the export is whole')
    .addOption(
      new Option('--format <format>', `${exportFormats.join(', ')}; by the ending of the file unless given`).argParser(
        choice('--format', exportFormats),
      ),
    )
    .option('--group <pattern>', 'only such groups; * and ? as in a shell; may be repeated', collect)
    .option('--event <selector>', 'only these: a type, offset-* for several, a severity; may be repeated', selector)
    .action(async (options: ExportFlags) => finish(await exportFile(shell, options)))
  return addStoreOptions(addTimes(command, 'the beginning')).addHelpText(
    'after',
    `
Example:
  koff history export --to events.parquet --since 2026-11-01 --until 2026-12-01`,
  )
}

async function exportFile(shell: Shell, options: ExportFlags): Promise<number> {
  const { to: file, since, until, group: groups, event } = options
  const format = options.format ?? exportFormats.find(one => file.endsWith(`.${one}`))
  if (format === undefined)
    throw usage(`--format: ${JSON.stringify(file)} tells none; give ${exportFormats.join(', ')}`)
  await using asked = await ask(shell, options)
  const { cluster } = asked
  const types = event === undefined ? undefined : [...typesSelected(event)]
  using progress = countProgress(shell, 'events')
  const filter = { cluster, groups, types, from: since, to: until }
  const count = await exportEvents({ events: pages(asked, filter), file, format, progress: progress.at })
  progress.clear()
  note(shell, `${file}: ${count} events`)
  if (since === undefined) return 0
  return await noteCoverage(shell, asked, { knows: 'events', from: since, to: until ?? Date.now(), types })
}

async function* pages({ reader }: Asked, filter: EventsQuestion): AsyncGenerator<readonly KoffEvent[]> {
  let cursor: string | undefined
  do {
    const page = await eventsPage(reader, { ...filter, cursor })
    yield page.events.map(({ event }) => event)
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
}
