import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { launcherFlags } from '../launcher.ts'
import type { ScrapeFigures } from './scrapes.ts'

/** Measures in a process of its own, and gives the figures as a section of docs/benchmarks.md. */
export async function scrapeSection(): Promise<string> {
  const program = fileURLToPath(new URL('scrapes.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [...launcherFlags, program])
  const { groups, series, kilobytes, first, median } = JSON.parse(stdout) as ScrapeFigures
  const count = (value: number) => new Intl.NumberFormat('en').format(value)
  return `Made by \`npm run bench -- scrape --write\`. \`metrics.groups: topic\`, ${count(groups)} groups that read four partitions of each of two topics:
${count(series)} series, ${count(kilobytes)} kB of text. Processor time of the whole process for looking the values up and writing the text; compression and the network are not in it.

| scrape | CPU |
|---|---|
| first | ${first} ms |
| median of the next 15 | ${median} ms |
`
}
