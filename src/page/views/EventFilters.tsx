import { useEffect, useState } from 'preact/hooks'
import { change, isoText, timeIn } from '../location.ts'
import { typeText } from '../parts/words.ts'
import { Choice, TextFilter } from './GroupFilters.tsx'

const severities = ['warn', 'error']
const kinds = ['classic', 'consumer', 'share', 'streams', 'simple']

/** In the order of a group's life. */
const types = [
  'group-snapshot',
  'group-created',
  'group-migrated',
  'group-emptied',
  'group-revived',
  'group-deleted',
  'member-joined',
  'member-left',
  'member-replaced',
  'member-suspended',
  'member-changed',
  'rebalance-started',
  'rebalance',
  'assignor-changed',
  'leader-changed',
  'offset-committed',
  'offset-rewound',
  'offset-reset',
  'offset-deleted',
  'topic-recreated',
  'offset-stalled',
  'offset-resumed',
  'lag-exceeded',
  'lag-recovered',
  'offset-at-risk',
  'offset-safe',
  'offset-out-of-range',
  'offset-range-recovered',
  'rebalance-stuck',
  'rebalance-resumed',
  'rebalance-storm',
  'rebalance-settled',
  'partition-unassigned',
  'partition-assigned',
  'assignment-skewed',
  'assignment-balanced',
  'koff-caught-up',
  'koff-undecodable',
]

const rare = [
  ['topic', 'Topic'],
  ['partition', 'Partition'],
  ['member', 'Member id'],
  ['instance', 'Instance id'],
  ['client', 'Client id'],
  ['host', 'Host'],
] as const

/** The filters of `koff history events`; all of them are in the URL. */
export function EventFilters({ query }: { readonly query: URLSearchParams }) {
  const hasRare = rare.some(([name]) => query.has(name)) || query.has('from') || query.has('to') || query.has('kind')
  const [isOpen, setOpen] = useState(hasRare)
  const names = [...rare.map(([name]) => name), 'groups', 'group', 'type', 'severity', 'kind', 'from', 'to']
  const isFiltered = names.some(name => query.has(name))
  return (
    <div role="search">
      <div class="filters">
        <GroupField query={query} />
        <Choice name="type" all="Every type" values={types} text={typeText} query={query} />
        <Choice
          name="severity"
          all="Every severity"
          values={severities}
          text={value => (value === 'warn' ? 'Warnings and errors' : value === 'error' ? 'Errors' : 'All')}
          query={query}
        />
        <button type="button" class="button plain" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Fewer filters' : 'More filters'}
        </button>
        {isFiltered ? (
          <button
            type="button"
            class="button plain"
            onClick={() => change(Object.fromEntries(names.map(name => [name, null])))}
          >
            Clear
          </button>
        ) : null}
      </div>
      {isOpen ? (
        <div class="filters">
          <TimeField name="from" label="From" query={query} />
          <TimeField name="to" label="Until" query={query} />
          <Choice name="kind" all="Every kind" values={kinds} query={query} />
          {rare.map(([name, label]) => (
            <TextFilter key={name} name={name} label={label} query={query} />
          ))}
        </div>
      ) : null}
    </div>
  )
}

/** A group by its exact id where the page was opened for one, else groups by a pattern. */
function GroupField({ query }: { readonly query: URLSearchParams }) {
  const name = query.has('group') ? 'group' : 'groups'
  const [text, setText] = useState(query.get(name) ?? '')
  const value = query.get(name) ?? ''
  useEffect(() => setText(value), [value])
  return (
    <input
      class="field search"
      type="search"
      placeholder="Group, * and ? stand for any text"
      aria-label={name === 'group' ? 'Group' : 'Groups that fit a pattern'}
      autocomplete="off"
      spellcheck={false}
      value={text}
      onInput={event => {
        setText(event.currentTarget.value)
        change({ group: null, groups: patternOf(event.currentTarget.value) })
      }}
    />
  )
}

/** What is typed is a part of the name until it has a pattern of its own. */
function patternOf(text: string): string {
  return text === '' || /[*?]/.test(text) ? text : `*${text}*`
}

interface TimeFieldProps {
  readonly name: 'from' | 'to'
  readonly label: string
  readonly query: URLSearchParams
}

function TimeField({ name, label, query }: TimeFieldProps) {
  const time = timeIn(query, name)
  return (
    <label class="time-field">
      <span class="muted">{label}</span>
      <input
        class="field"
        type="datetime-local"
        step="1"
        value={time === null ? '' : localInput(time)}
        onChange={event => {
          const chosen = Date.parse(event.currentTarget.value)
          change({ [name]: Number.isNaN(chosen) ? null : isoText(chosen) })
        }}
      />
    </label>
  )
}

/** The control of the browser takes local times. */
function localInput(time: number): string {
  const offset = new Date(time).getTimezoneOffset() * 60_000
  return new Date(time - offset).toISOString().slice(0, 19)
}
