import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { launcherFlags } from '../launcher.ts'
import type { RoundFigures } from './rounds.ts'

/** Measures in a process of its own, and says what it found as a section of docs/benchmarks.md. */
export async function conditionsSection(): Promise<string> {
  const program = fileURLToPath(new URL('rounds.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [...launcherFlags, program])
  const { offsets, level, moving, stalling, filledMb, sampledMb, peakMb } = JSON.parse(stdout) as RoundFigures
  const count = new Intl.NumberFormat('en').format(offsets)
  return `Made by \`npm run bench -- conditions --write\`. ${count} committed offsets of 1,000 groups, each of another partition, in one partition of
\`__consumer_offsets\`. A round: finding out which partitions to ask for, a sample of each as an input, and judging all offsets; the asking itself is not in it. Processor
time of the whole process, the median of 15 rounds.

| offsets | CPU a round |
|---|---|
| level with their logs | ${level} ms |
| behind, and committed between the rounds | ${moving} ms |
| behind, and none gets on | ${stalling} ms |

Memory of the process: ${filledMb} MB with the offsets and their groups before the first sample, ${sampledMb} MB after 30 rounds: ${sampledMb - filledMb} MB for conditions. With an
event for each of them at once, ${peakMb} MB at most.
`
}
