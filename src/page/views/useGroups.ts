import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { Coverage, GroupRow } from '../../web/api/answers.ts'
import { type ApiError, ask } from '../ask.ts'
import { faultOf } from '../useAsk.ts'

export interface FoundGroups {
  /** How many fit; null: not known yet. */
  readonly total: number | null
  /** The time that the rows are of. */
  readonly at: number | null
  readonly coverage: Coverage | undefined
  readonly fault: ApiError | null
  /** A row; undefined: not loaded yet. */
  readonly row: (at: number) => GroupRow | undefined
  /** Rows up to this one are about to be seen. */
  readonly need: (until: number) => void
  readonly reload: () => void
}

const pageSize = 500
const typingMs = 120

interface Loaded {
  readonly rows: readonly GroupRow[]
  readonly next: string | null
  readonly total: number
  readonly at: number
  readonly coverage: Coverage
}

/**
 * Groups that fit the query, loaded page by page as they are scrolled to.
 * @param at as of when; null: now; undefined: not to be asked yet.
 */
export function useGroups(query: URLSearchParams, at: number | null | undefined): FoundGroups {
  const asked = new URLSearchParams()
  for (const name of ['q', 'kind', 'state', 'condition', 'topic', 'sort', 'order']) {
    const value = query.get(name) ?? ''
    if (value !== '') asked.set(name, value)
  }
  if (typeof at === 'number') asked.set('at', String(at))
  const key = at === undefined ? null : asked.toString()
  const [loaded, setLoaded] = useState<Loaded | null>(null)
  const [fault, setFault] = useState<ApiError | null>(null)
  const [wanted, setWanted] = useState(pageSize)
  const [round, setRound] = useState(0)
  const shown = useRef({ key: null as string | null, round: 0 })

  useEffect(() => {
    if (key === null) return
    const aborting = new AbortController()
    const isOther = shown.current.key !== key
    const isAnew = isOther || shown.current.round !== round
    const load = async () => {
      try {
        const before = isAnew ? null : loaded
        const found = await loadRows(key, { before, wanted: isOther ? pageSize : wanted, signal: aborting.signal })
        if (aborting.signal.aborted) return
        shown.current = { key, round }
        if (isOther) setWanted(pageSize)
        setLoaded(found)
        setFault(null)
      } catch (error) {
        if (!aborting.signal.aborted) setFault(faultOf(error))
      }
    }
    const timer = setTimeout(() => void load(), isOther && loaded !== null ? typingMs : 0)
    return () => {
      clearTimeout(timer)
      aborting.abort()
    }
  }, [key, wanted, round])

  const need = useCallback((until: number) => {
    setWanted(before => (until + 100 <= before ? before : Math.ceil((until + 100) / pageSize) * pageSize))
  }, [])
  return {
    total: loaded?.total ?? null,
    at: loaded?.at ?? null,
    coverage: loaded?.coverage,
    fault,
    row: at => loaded?.rows[at],
    need,
    reload: useCallback(() => setRound(before => before + 1), []),
  }
}

interface LoadOptions {
  readonly before: Loaded | null
  readonly wanted: number
  readonly signal: AbortSignal
}

async function loadRows(key: string, { before, wanted, signal }: LoadOptions): Promise<Loaded> {
  const query = Object.fromEntries(new URLSearchParams(key))
  let found = before
  while (found === null || (found.next !== null && found.rows.length < wanted)) {
    const cursor: string | null = found?.next ?? null
    const { groups, next, total, at, coverage } = await ask(
      '/api/groups',
      { ...query, limit: pageSize, cursor },
      signal,
    )
    found = { rows: [...(found?.rows ?? []), ...groups], next, total, at, coverage }
  }
  return found
}
