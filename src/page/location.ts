import { useEffect, useState } from 'preact/hooks'

/** Where the reader is: all of it is in the URL, so that a link shows a colleague the same. */
export interface Place {
  readonly path: string
  readonly query: URLSearchParams
}

export type QueryValues = Readonly<Record<string, string | number | null | undefined>>

const listeners = new Set<() => void>()

function here(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) }
}

/** A URL of the page. Values that are null, undefined or '' are left out, but for the group: '' is the id of one. */
export function hrefOf(path: string, values: QueryValues = {}): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined || (value === '' && name !== 'group')) continue
    query.set(name, String(value))
  }
  const text = query.toString()
  return text === '' ? path : `${path}?${text}`
}

export function go(href: string, how: 'push' | 'replace' = 'push'): void {
  if (href === location.pathname + location.search) return
  if (how === 'push') history.pushState(null, '', href)
  else history.replaceState(null, '', href)
  for (const listener of listeners) listener()
}

/** Changes values of the present URL; null takes one out. */
export function change(values: QueryValues, how: 'push' | 'replace' = 'replace'): void {
  const { path, query } = here()
  const all: Record<string, string | number | null | undefined> = { ...Object.fromEntries(query), ...values }
  go(hrefOf(path, all), how)
}

export function usePlace(): Place {
  const [place, setPlace] = useState(here)
  useEffect(() => {
    const update = () => setPlace(here())
    listeners.add(update)
    addEventListener('popstate', update)
    return () => {
      listeners.delete(update)
      removeEventListener('popstate', update)
    }
  }, [])
  return place
}

/** A time in the URL: ISO, or milliseconds. */
export function timeIn(query: URLSearchParams, name: string): number | null {
  const value = query.get(name)
  if (value === null || value === '') return null
  const time = /^-?\d+$/.test(value) ? Number(value) : Date.parse(value)
  return Number.isFinite(time) ? time : null
}

export function isoText(time: number): string {
  return new Date(Math.round(time)).toISOString()
}
