import { loadavg } from 'node:os'
import { quantile } from '../bench/delivery/place.ts'
import { describeVerdict } from '../chaos/verdict.ts'
import type { Phase, ScaleOptions, ScaleOutcome } from './scale.ts'

/** The figures as a section of docs/benchmarks.md. */
export function scaleSection(
  { groups, large, rollMs }: ScaleOptions,
  outcome: ScaleOutcome,
  environment: readonly string[],
): string {
  const rows = outcome.phases.map(row)
  const count = new Intl.NumberFormat('en')
  const list = large.map(({ name, members, topics, partitionsEach }) => {
    return `- **${name}**: a consumer group (KIP-848) of ${count.format(members)} members that subscribe to ${topics} topics with ${count.format(topics * partitionsEach)} partitions in all.`
  })
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1)
  return `Made by \`npm run scale -- --write${rollMs === 60_000 ? '' : ` --seconds ${rollMs / 1000}`}\`. \`koff run\` reads one broker with 4 partitions of \`__consumer_offsets\` and writes topics that take messages of 1 MiB. ${count.format(groups)} groups commit
ten partitions each. Beside them there are large groups, whose records are written as a coordinator writes them:

${list.join('\n')}

A large group rolls: in ${rollMs / 1000} s each of its members leaves, and another joins a second later, while all send a heartbeat every 5 s. koff is killed in the middle of the last roll.
Latency is that of other groups: from the answer to a commit until a read_committed consumer has its event, 200 commits a second. The event loop is that of koff, with the 10 ms between two looks at it.

| phase | s | p50, p99 ms: same partition | p50, p99 ms: other partitions | event loop p99, p99.9, longest ms | RSS MB |
|---|--:|--:|--:|--:|--:|
${rows.join('\n')}

- Against what the test wrote: ${outcome.truth.missing.length} events missing, ${outcome.truth.unexpected.length} unexpected, ${outcome.truth.incomplete.length} with missing parts. Against \`koff replay\` of the broker's files: ${describeVerdict(outcome.verdict)}.
- Memory: ${outcome.peakMb.toFixed(0)} MB at most.
- State topic: ${mb(outcome.stateBytes)} MB written in all, of which ${count.format(outcome.liveKeys)} keys with ${mb(outcome.liveBytes)} MB are live.
- After the kill: at work again after ${(outcome.restartMs / 1000).toFixed(1)} s, session time-out 1.5 s.
${environment.map(line => `- ${line}`).join('\n')}
- Load average of the machine: ${loadavg()[0]?.toFixed(1)}. Where other programs use it, too, latency and event loop are upper bounds.
`
}

function row({ name, seconds, samePartition, others, eventLoop, rssMb }: Phase): string {
  const loop = eventLoop === null ? '' : [eventLoop.p99, eventLoop.p999, eventLoop.max].map(Math.round).join(', ')
  const latency = (values: readonly number[]) =>
    values.length === 0 ? '' : [0.5, 0.99].map(share => quantile(values, share)).join(', ')
  const cells = [name, seconds.toFixed(0), latency(samePartition), latency(others), loop, rssMb.toFixed(0)]
  return `| ${cells.join(' | ')} |`
}
