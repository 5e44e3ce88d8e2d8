const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** `350 ms`, `4.2 s`, `3 min 20 s`, `5 h 12 min`, `6 d 3 h` */
export function durationText(ms: number): string {
  const value = Math.abs(ms)
  if (value < 1_000) return `${Math.round(value)} ms`
  if (value < 10_000) return `${(Math.floor(value / 100) / 10).toFixed(1).replace('.0', '')} s`
  const at = units.findIndex(([, size]) => value >= size)
  const [name, size] = units[at] ?? units[3]
  const next = units[at + 1]
  const whole = Math.floor(value / size)
  const rest = next === undefined ? 0 : Math.floor((value - whole * size) / next[1])
  return next === undefined || rest === 0 || whole >= 100 ? `${whole} ${name}` : `${whole} ${name} ${rest} ${next[0]}`
}

/** `now`, `12 s ago`, `in 3 min` */
export function agoText(time: number, now: number): string {
  const ms = now - time
  if (Math.abs(ms) < 1_000) return 'now'
  const [name, size] = units.find(([, size]) => Math.abs(ms) >= size) ?? units[3]
  const count = Math.floor(Math.abs(ms) / size)
  return ms > 0 ? `${count} ${name} ago` : `in ${count} ${name}`
}

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })

/** A count or an offset with its thousands set apart; what JSON could not hold as a number is a text already. */
export function countText(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return '–'
  return typeof value === 'number' ? whole.format(value) : value.replace(/\B(?=(\d{3})+$)/g, ',')
}

export function compactText(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  return Math.abs(value) < 10_000 ? whole.format(value) : compact.format(value)
}
