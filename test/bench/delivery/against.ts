import { environment } from '../environment.ts'
import { median } from '../table.ts'
import type { CatchUp, Latency } from './figures.ts'

/** What one checkout did in one round. */
export interface Round {
  readonly label: string
  readonly latency?: Latency
  readonly catchUp?: CatchUp
}

export interface DeliveryFacts {
  readonly labels: readonly string[]
  readonly figures: readonly Round[]
  readonly keys: number
  readonly rounds: number
}

/** A section of docs/benchmarks.md: the median of each figure, a row for each checkout. */
export async function deliverySection({ labels, figures, keys, rounds }: DeliveryFacts): Promise<string> {
  const rows = labels.map(label => {
    const own = figures.filter(round => round.label === label)
    const latencies = own.flatMap(({ latency }) => latency ?? [])
    const catchUps = own.flatMap(({ catchUp }) => catchUp ?? [])
    const ofLatency = (of: (latency: Latency) => number) => median(latencies.map(of)).toFixed(0)
    const ofCatchUp = (of: (catchUp: CatchUp) => number) => median(catchUps.map(of)).toFixed(0)
    return [
      label,
      ofLatency(({ p50 }) => p50),
      ofLatency(({ p99 }) => p99),
      ofLatency(({ cpuMicros }) => cpuMicros),
      ofCatchUp(({ rate }) => rate),
      ofCatchUp(({ cpuMicros }) => cpuMicros),
      ofCatchUp(({ peak }) => peak),
    ]
  })
  const head = [
    'koff',
    'latency p50, ms',
    'p99, ms',
    'µs CPU an event',
    'catch-up, events/s',
    'µs CPU an event',
    'peak RSS MB',
  ]
  const right = head.map((_, index) => (index === 0 ? '---' : '--:'))
  const lines = [head, right, ...rows].map(cells => `| ${cells.join(' | ')} |\n`).join('')
  return `Made by \`npm run bench -- delivery --against OLD --keys ${keys} --rounds ${rounds} --write\`: \`koff run\`, exactly once, with
\`offset-committed\` on. The checkouts take turns on one broker. Latency is the time from the response to a commit to the event
at a kafkajs consumer, at a thousand commits a second. The catch-up reads ${keys} commits that were made while koff was down; its
CPU time includes the start of koff. Each figure is the median of ${rounds} rounds.

${lines}
${(await environment()).map(line => `- ${line}\n`).join('')}`
}
