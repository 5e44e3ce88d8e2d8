export interface Owner {
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
}

export type Rgb = readonly [red: number, green: number, blue: number]

/**
 * Paul Tol's light scheme (https://personal.sron.nl/~pault/): told apart with any kind of colour vision, and light enough
 * for dark labels.
 */
const hues: readonly Rgb[] = [
  [119, 170, 221],
  [238, 136, 102],
  [238, 221, 136],
  [68, 187, 153],
  [255, 170, 187],
  [153, 221, 255],
  [187, 204, 51],
  [170, 170, 0],
]

/** More owners than hues: stripes tell the second eight from the first, another slope the third. */
export type Pattern = 'plain' | 'rising' | 'falling'
const patterns: readonly Pattern[] = ['plain', 'rising', 'falling']

export interface OwnerLook {
  readonly fill: Rgb
  /** Of the stripes. */
  readonly shade: Rgb
  readonly pattern: Pattern
  /** Short, and different for each owner. */
  readonly label: string
}

export function looksOf(owners: readonly Owner[], theme: 'light' | 'dark'): readonly OwnerLook[] {
  const labels = labelsOf(owners)
  return owners.map((_, at) => {
    const hue = hues[at % hues.length] ?? [200, 200, 200]
    const fill = theme === 'dark' ? mixed(hue, [23, 28, 35], 0.14) : hue
    const pattern = patterns[Math.floor(at / hues.length) % patterns.length] ?? 'plain'
    return { fill, shade: mixed(fill, [0, 0, 0], 0.2), pattern, label: labels[at] ?? '' }
  })
}

export function mixed(a: Rgb, b: Rgb, share: number): Rgb {
  const of = (at: 0 | 1 | 2) => Math.round(a[at] * (1 - share) + b[at] * share)
  return [of(0), of(1), of(2)]
}

/** The instance or client id; where several owners share it, with the part of the member id that tells them apart. */
export function labelsOf(owners: readonly Owner[]): readonly string[] {
  const names = owners.map(
    ({ instanceId, clientId, memberId }) => instanceId ?? (clientId === '' ? memberId : clientId),
  )
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  const taken = new Map<string, number>()
  return owners.map(({ memberId }, at) => {
    const name = names[at] ?? memberId
    if ((counts.get(name) ?? 0) < 2) return name
    // A classic member id is the client id and a UUID, another one only a UUID.
    const unique = memberId.startsWith(`${name}-`) ? memberId.slice(name.length + 1) : memberId
    const label = `${name}·${unique.slice(0, 4)}`
    const before = taken.get(label) ?? 0
    taken.set(label, before + 1)
    return before === 0 ? label : `${label}·${before + 1}`
  })
}
