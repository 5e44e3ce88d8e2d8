import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Run } from './measure.ts'

export interface PageFacts {
  readonly table: string
  readonly counts: Run['counts']
  readonly rounds: number
  readonly leftOut: readonly string[]
  readonly environment: readonly string[]
}

const path = new URL('../../docs/benchmarks.md', import.meta.url)
const titles = {
  drain: 'Reading a topic from its start to its end',
  follow: 'Memory over time',
  delivery: 'Delivery, before and after',
  conditions: 'Conditions over time',
  scrape: 'A scrape of the metrics of groups',
  state: 'State that is written',
  churn: 'What comes and goes',
  history: 'History',
  lanes: 'The page',
  scale: 'At scale',
} as const
export type Section = keyof typeof titles

/** Replaces one section of docs/benchmarks.md, and leaves the others as they are. */
export async function writeSection(section: Section, text: string): Promise<void> {
  const page = await readFile(path, 'utf8').catch(() => '')
  const parts = Object.entries(titles).map(([name, title]) => {
    const [begin, end] = [`## ${title}\n\n`, `\n<!-- end of ${name} -->\n`]
    const old = page.split(begin)[1]?.split(end)[0]
    const body = name === section ? text : old
    return body === undefined ? '' : `${begin}${body}${end}\n`
  })
  const head = '# Benchmarks\n\nFigures of one machine; each section names the command that made it. Do not edit.\n\n'
  await writeFile(path, `${head}${parts.join('').trimEnd()}\n`)
  process.stderr.write(`written: ${fileURLToPath(path)}\n`)
}

/** How it was measured, and the table. */
export function drainSection({ table, counts, rounds, leftOut, environment }: PageFacts): string {
  const figure = (name: string) => new Intl.NumberFormat('en').format(counts[name] ?? 0)
  return `Made by \`npm run bench -- --write --rounds ${rounds}\`.

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
- **franz-go** polls, and reads with kmsg, once as programs do (\`ReadFrom\`), once without copying strings (\`UnsafeReadFrom\`); kmsg does
  not know records of the new group types. No state. It works on as many cores as there are, koff on one.

${table}
${environment.map(line => `- ${line}`).join('\n')}
${leftOut.map(line => `- ${line}\n`).join('')}`
}
