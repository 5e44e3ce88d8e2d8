import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { launcherFlags } from '../launcher.ts'
import type { ChurnRow } from './rounds.ts'

/** As large at the end as in the first half, except for what varies from one moment to the next. */
const tolerance = { share: 1.1, count: 10 }

/** Measures in a process of its own, and says what it found as a section of docs/benchmarks.md. */
export async function churnSection(lives: number): Promise<{ readonly text: string; readonly isFlat: boolean }> {
  const rows: ChurnRow[] = []
  const program = fileURLToPath(new URL('rounds.ts', import.meta.url))
  const args = [...launcherFlags, '--expose-gc', program, String(lives)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  for await (const line of createInterface({ input: child.stdout })) {
    const row = JSON.parse(line) as ChurnRow
    rows.push(row)
    process.stderr.write(`${row.lives} lives, heap ${row.figures['heap MB']?.toFixed(1)} MB\n`)
  }
  const code = await ended
  if (code !== 0) throw new Error(`the churn benchmark ended with exit code ${String(code)}`)
  const grown = namesOfGrown(rows)
  for (const name of grown) process.stderr.write(`grows: ${name}\n`)
  return { text: page(rows, lives), isFlat: grown.length === 0 }
}

/** Figures that are larger at the end than they ever were in the first half. */
function namesOfGrown(rows: readonly ChurnRow[]): string[] {
  const half = rows.slice(0, (rows.length >> 1) + 1)
  return Object.entries(rows.at(-1)?.figures ?? {}).flatMap(([name, size]) => {
    const largest = Math.max(...half.map(({ figures }) => figures[name] ?? 0))
    return size > largest * tolerance.share + tolerance.count ? [name] : []
  })
}

function page(rows: readonly ChurnRow[], lives: number): string {
  const count = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
  const [first, middle, last] = [rows[0], rows[rows.length >> 1], rows.at(-1)]
  if (first === undefined || middle === undefined || last === undefined) throw new Error('nothing was measured')
  const shown = [first, middle, last]
  const { groups, topics, members, producers } = last.born
  const lines = Object.keys(first.figures).map(name => {
    return `| ${name} | ${shown.map(({ figures }) => count.format(figures[name] ?? 0)).join(' | ')} |`
  })
  return `Made by \`npm run bench -- churn --write --lives ${lives}\`. Groups of every kind, each with a topic, members and a producer, that commit, rebalance, stall, get stuck, are
migrated, and are deleted. Beside them there are groups that stay, whose members, topics and producers come and go. In all: ${count.format(groups)} groups, ${count.format(topics)} topics,
${count.format(members)} members, ${count.format(producers)} transactional producers, and ${count.format(last.events)} events. No broker: the fold, its state and its groups topic are in memory. What koff remembers of
deleted topics has limits: 10,000 topic ids a group (two groups here reach it), 10,000 names of the cluster's topics, 2,000 names that only records told.

| after so many lives | ${shown.map(({ lives }) => count.format(lives)).join(' | ')} |
|---|${shown.map(() => '--:|').join('')}
${lines.join('\n')}
`
}
