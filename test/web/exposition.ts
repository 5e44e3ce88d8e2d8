import parse, { type ParsedFamily } from 'parse-prometheus-text-format'

/** Metrics as a program that scrapes them understands them. */
export interface Exposition {
  readonly families: readonly ParsedFamily[]
  /** The value of a counter or gauge with exactly these labels; NaN where there is none. */
  readonly value: (name: string, labels?: Readonly<Record<string, string>>) => number
  /** What `promtool check metrics` would complain of, and what the parser did not take. */
  readonly complaints: () => string[]
}

export function exposition(text: string): Exposition {
  const families = parse(text)
  const family = (name: string) => families.find(candidate => candidate.name === name)
  return {
    families,
    value(name, labels = {}) {
      const wanted = Object.entries(labels)
      const found = family(name)?.metrics.find(({ labels: present = {} }) => {
        return Object.keys(present).length === wanted.length && wanted.every(([key, text]) => present[key] === text)
      })
      return Number(found?.value ?? Number.NaN)
    },
    complaints() {
      const told = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name)
      const lost = told.filter(name => family(name) === undefined).map(name => `${name}: the parser has no such family`)
      return [...lost, ...families.flatMap(complaintsOf)]
    },
  }
}

function complaintsOf({ name, help, type, metrics }: ParsedFamily): string[] {
  const complaints: string[] = []
  const complain = (what: string) => complaints.push(`${name}: ${what}`)
  if (help === '') complain('no help text')
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)) complain('not in snake case')
  if ((type === 'COUNTER') !== name.endsWith('_total')) complain('_total is what counters end in')
  if (/_(count|sum|bucket)$/.test(name) && type !== 'HISTOGRAM') complain('ends in what has a meaning of its own')
  if (/_(ms|milliseconds|minutes|hours|kb|mb|percent)(_|$)/.test(name)) complain('not in a base unit')
  if (/(counter|gauge|histogram)/.test(name)) complain('names its type')
  if (type === 'HISTOGRAM' && !name.endsWith('_seconds')) complain('a histogram without a unit')
  for (const { labels = {}, value, buckets } of metrics) {
    for (const label of Object.keys(labels)) if (!/^[a-z]+(_[a-z]+)*$/.test(label)) complain(`label ${label}`)
    // What Node has not measured yet is no number.
    if (value !== undefined && name.startsWith('koff_') && !Number.isFinite(Number(value))) complain(`value ${value}`)
    const bounds = Object.entries(buckets ?? {}).map(([bound, count]) => [
      Number(bound.replace('Inf', 'Infinity')),
      Number(count),
    ])
    const counts = bounds.sort(([a = 0], [b = 0]) => a - b).map(([, count = 0]) => count)
    if (counts.some((count, at) => at > 0 && count < (counts[at - 1] ?? 0))) complain('buckets that shrink')
  }
  return complaints
}
