import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { Answers } from './answers.ts'
import { ApiError, ask, type Query, urlOf } from './ask.ts'

export interface Asked<Answer> {
  /** The last answer, which stays while a newer one is on its way. */
  readonly answer: Answer | null
  readonly fault: ApiError | null
  readonly isLoading: boolean
  /** Asks again; the present answer stays until the new one is there. */
  readonly reload: () => void
}

/** Asks a route of the API whenever the query changes; `null`: not now. */
export function useAsk<Path extends keyof Answers>(path: Path, query: Query | null): Asked<Answers[Path]> {
  type State = { readonly key: string; readonly answer: Answers[Path] | null; readonly fault: ApiError | null }
  const key = query === null ? '' : urlOf(path, query)
  const [state, setState] = useState<State>({ key: '', answer: null, fault: null })
  const [round, setRound] = useState(0)
  const latest = useRef(query)
  latest.current = query
  useEffect(() => {
    const asked = latest.current
    if (asked === null) return
    const aborting = new AbortController()
    const answered = async () => {
      try {
        const answer = await ask(path, asked, aborting.signal)
        if (!aborting.signal.aborted) setState({ key, answer, fault: null })
      } catch (error) {
        if (aborting.signal.aborted) return
        setState(before => ({ key, answer: before.answer, fault: faultOf(error) }))
      }
    }
    void answered()
    return () => aborting.abort()
  }, [path, key, round])
  const reload = useCallback(() => setRound(before => before + 1), [])
  return { answer: state.answer, fault: state.fault, isLoading: key !== '' && state.key !== key, reload }
}

export function faultOf(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, '', error instanceof Error ? error.message : String(error))
}
