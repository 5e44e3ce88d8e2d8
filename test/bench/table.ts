import type { Run } from './measure.ts'

export interface Row {
  readonly name: string
  readonly runs: readonly Run[]
}

/** A Markdown table: median and best of each figure, and how many times as many records a second the first row reads. */
export function table(rows: readonly Row[]): string {
  const head = [
    'reader',
    'records/s, median',
    'best',
    'µs CPU/record, median',
    'best',
    'peak RSS MB, median',
    'best',
    'first row is faster by',
    'needs less CPU by',
  ]
  const first = rows[0] === undefined ? null : figures(rows[0])
  const lines = rows.map(row => {
    const { rate, cost, peak } = figures(row)
    return [
      row.name,
      millions(median(rate)),
      millions(Math.max(...rate)),
      median(cost).toFixed(2),
      Math.min(...cost).toFixed(2),
      median(peak).toFixed(0),
      Math.min(...peak).toFixed(0),
      first === null ? '' : times(median(first.rate) / median(rate)),
      first === null ? '' : times(median(cost) / median(first.cost)),
    ]
  })
  const right = head.map((_, index) => (index === 0 ? '---' : '--:'))
  return [head, right, ...lines].map(cells => `| ${cells.join(' | ')} |\n`).join('')
}

/** Records a second, microseconds of processor time a record, megabytes: of each run. */
export function figures({ runs }: Row): Record<'rate' | 'cost' | 'peak', readonly number[]> {
  return {
    rate: runs.map(({ counts, seconds }) => recordsOf(counts) / seconds),
    cost: runs.map(({ counts, cpuSeconds }) => (cpuSeconds * 1e6) / recordsOf(counts)),
    peak: runs.map(({ peakMb }) => peakMb),
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[sorted.length >> 1] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] ?? Number.NaN)) / 2
}

function recordsOf(counts: Run['counts']): number {
  return counts['records'] ?? Number.NaN
}

function millions(value: number): string {
  return `${(value / 1e6).toFixed(2)} M`
}

function times(value: number): string {
  return `${value.toFixed(2)} ×`
}
