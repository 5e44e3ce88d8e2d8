import { useEffect, useRef, useState } from 'preact/hooks'
import { change } from '../location.ts'
import { typeText } from '../parts/words.ts'

const kinds = ['classic', 'consumer', 'share', 'streams', 'simple']
const states = ['Stable', 'Empty', 'PreparingRebalance', 'CompletingRebalance', 'Assigning', 'Reconciling', 'NotReady']
const conditions = [
  'offset-stalled',
  'lag-exceeded',
  'offset-at-risk',
  'offset-out-of-range',
  'rebalance-stuck',
  'rebalance-storm',
  'partition-unassigned',
  'assignment-skewed',
]

/** Search and filters; what they say is in the URL, and nowhere else. */
export function GroupFilters({ query }: { readonly query: URLSearchParams }) {
  const search = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches('input, select, textarea')
      if (event.key !== '/' || isTyping) return
      event.preventDefault()
      search.current?.focus()
    }
    addEventListener('keydown', focus)
    return () => removeEventListener('keydown', focus)
  }, [])
  const hasFilter = ['q', 'kind', 'state', 'condition', 'topic'].some(name => query.has(name))
  return (
    <div class="filters" role="search">
      <input
        ref={search}
        class="field search"
        type="search"
        placeholder="Search groups"
        aria-label="Search groups"
        aria-keyshortcuts="/"
        autocomplete="off"
        spellcheck={false}
        value={query.get('q') ?? ''}
        onInput={event => change({ q: event.currentTarget.value })}
      />
      <Choice name="kind" all="Every kind" values={kinds} query={query} />
      <Choice name="state" all="Every state" values={states} query={query} />
      <Choice name="condition" all="Any condition or none" values={conditions} text={typeText} query={query} />
      <TextFilter name="topic" label="Topic" query={query} />
      {hasFilter ? (
        <button
          type="button"
          class="button plain"
          onClick={() => change({ q: null, kind: null, state: null, condition: null, topic: null })}
        >
          Clear
        </button>
      ) : null}
    </div>
  )
}

interface ChoiceProps {
  readonly name: string
  readonly all: string
  readonly values: readonly string[]
  readonly text?: (value: string) => string
  readonly query: URLSearchParams
}

export function Choice({ name, all, values, text = value => value, query }: ChoiceProps) {
  const value = query.get(name) ?? ''
  return (
    <select
      class="field"
      aria-label={typeText(name)}
      value={value}
      onChange={event => change({ [name]: event.currentTarget.value })}
    >
      <option value="">{all}</option>
      {[...new Set([...values, ...(value === '' ? [] : [value])])].map(one => (
        <option key={one} value={one}>
          {text(one)}
        </option>
      ))}
    </select>
  )
}

interface TextFilterProps {
  readonly name: string
  readonly label: string
  readonly query: URLSearchParams
}

/** A filter that fits only whole words: it counts when the reader is done with typing. */
export function TextFilter({ name, label, query }: TextFilterProps) {
  const value = query.get(name) ?? ''
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const done = () => change({ [name]: text.trim() })
  return (
    <input
      class="field"
      placeholder={label}
      aria-label={label}
      autocomplete="off"
      spellcheck={false}
      value={text}
      onInput={event => setText(event.currentTarget.value)}
      onBlur={done}
      onKeyDown={event => event.key === 'Enter' && done()}
    />
  )
}
