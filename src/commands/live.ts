import { type Command, Option } from 'commander'
import { addConnectionOptions, brokerOptions, type ConnectionFlags, configOf } from '../app/connection.ts'
import { type LogPoint, parseLogPoint } from '../app/logPoint.ts'
import type { Source } from '../engine/source.ts'
import { catchUpProgress } from '../terminal/progress.ts'
import { noteLog, type Shell } from '../terminal/shell.ts'
import {
  addRecordOptions,
  type RecordFilter,
  type RecordFilterOptions,
  recordFilter,
  toOption,
} from './recordFilter.ts'

/** Of the commands that show or keep records of a running cluster. */
export interface LiveOptions extends Omit<RecordFilterOptions, 'from'>, ConnectionFlags {
  readonly from?: LogPoint | 'earliest' | 'latest'
  readonly untilEnd?: true
}

export interface LiveRecords extends AsyncDisposable {
  /** Shows progress on a terminal while history is read. */
  readonly source: Source
  readonly filter: RecordFilter
  /** Aborts when the user stops the command, and at the time of `--to`. */
  readonly signal: AbortSignal
}

export function addLiveOptions(command: Command): Command {
  addConnectionOptions(command)
  addRecordOptions(command)
  return command
    .addOption(
      new Option('--from <point>', 'earliest, latest, or as for --to; an offset applies to every partition')
        .default('earliest')
        .argParser(parseStart),
    )
    .addOption(toOption())
    .option('--until-end', 'end where the log ended at the start, instead of following it')
}

/** Opens the cluster for reading from where, and up to where, the options say. */
export async function openLive(shell: Shell, options: LiveOptions): Promise<LiveRecords> {
  const { from = 'earliest', to, partition, untilEnd } = options
  const { from: _from, ...filters } = options
  const filter = recordFilter({ ...filters, ...(typeof from === 'string' ? {} : { from }) })
  const { kafka } = (await configOf(shell, options)).config
  // Here, because no other library takes as long to load as Kafka's.
  const { openKafkaSource } = await import('../sources/kafka/source.ts')
  const untilMs = to?.kind === 'time' ? to.time - Date.now() : 0
  const source = await openKafkaSource({
    ...brokerOptions(kafka),
    ...(partition === undefined ? {} : { partitions: [...new Set(partition)] }),
    from: typeof from === 'string' ? from : startOf(from, partition),
    beginWithinMs: kafka.connectTimeoutMs,
    untilEnd: untilEnd === true || (to !== undefined && untilMs <= 0),
    log: noteLog(shell),
    signal: shell.signal,
  })
  const ends = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const endAfter = (ms: number) => {
    timer = setTimeout(() => (ms > maxTimerMs ? endAfter(ms - maxTimerMs) : ends.abort()), Math.min(ms, maxTimerMs))
  }
  if (untilMs > 0) endAfter(untilMs)
  const progress = catchUpProgress(source, shell)
  return {
    source: progress.source,
    filter,
    signal: AbortSignal.any([shell.signal, ends.signal]),
    async [Symbol.asyncDispose]() {
      clearTimeout(timer)
      progress.clear()
      await source[Symbol.asyncDispose]()
    },
  }
}

/** What setTimeout takes at most: 24 days. */
const maxTimerMs = 2 ** 31 - 1

function parseStart(text: string): LogPoint | 'earliest' | 'latest' {
  return text === 'earliest' || text === 'latest' ? text : parseLogPoint('--from', text)
}

/** Partitions without a given offset are read from the start: an offset beyond the end of a log cannot be a start. */
function startOf(from: LogPoint, partitions: readonly number[] | undefined) {
  if (from.kind === 'time') return { timestamp: from.time }
  return partitions === undefined ? 'earliest' : new Map(partitions.map(partition => [partition, from.offset]))
}
