import type { Run } from './measure.ts'

export interface PageFacts {
  readonly table: string
  readonly counts: Run['counts']
  readonly rounds: number
  readonly leftOut: readonly string[]
  readonly environment: readonly string[]
}

/** docs/benchmarks.md: how it was measured, and the table. */
export function page({ table, counts, rounds, leftOut, environment }: PageFacts): string {
  const figure = (name: string) => new Intl.NumberFormat('en').format(counts[name] ?? 0)
  return `# Benchmarks

Made by \`npm run bench -- --write --rounds ${rounds}\`; do not edit.

One broker holds a \`__consumer_offsets\` of 8 partitions that it wrote itself, as answers to clients: ${figure('records')} records, of
which ${figure('commits')} are offset commits, most of them plain, of ${figure('keys')} keys that have an offset at the end; some are committed in
transactions, of which every tenth is aborted. The rest is metadata of classic groups, and records of consumer groups (KIP-848) and share
groups (KIP-932). Uncompressed, one record batch a request.

Each reader is a process of its own that reads the topic from its start to its end; they take turns, ${rounds} rounds. Records a second
count from when the reader's code is loaded; processor time and memory are those of the whole process from its birth. All readers count the
same records and commits, and koff's committed offsets at the end are those that Kafka's own classes find when they read committed.

- **koff** does all that it does in service, but for the sink: CRC, record batches, decoding, transactions, state, and the
  ${figure('events')} events that follow.
- **Java** polls with Kafka's consumer, and reads with Kafka's generated classes. No state.
- **franz-go** polls, and reads with kmsg, without copying strings; kmsg does not know records of the new group types. No state.

${table}
${environment.map(line => `- ${line}`).join('\n')}
${leftOut.map(line => `- ${line}\n`).join('')}`
}
