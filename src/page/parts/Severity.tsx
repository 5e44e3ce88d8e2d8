import { typeText } from './words.ts'

/** A shape for each severity: nobody has to tell colours apart. */
export function SeverityIcon({ severity }: { readonly severity: string }) {
  if (severity === 'error') {
    return (
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor" />
        <path d="M8 4v5M8 11.2v1" stroke="var(--surface)" stroke-width="1.8" stroke-linecap="round" />
      </svg>
    )
  }
  if (severity === 'warn') {
    return (
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M8 1.2 15.4 14.4H.6z" fill="currentColor" />
        <path d="M8 6v4M8 12v.6" stroke="var(--surface)" stroke-width="1.6" stroke-linecap="round" />
      </svg>
    )
  }
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="3.4" fill="currentColor" />
    </svg>
  )
}

/** The type of an event with its severity. */
export function TypeOfEvent({ type, severity }: { readonly type: string; readonly severity: string }) {
  return (
    <span class={`severity ${severity}`}>
      <SeverityIcon severity={severity} />
      <span>{typeText(type)}</span>
      {severity === 'info' ? null : <span class="hidden"> ({severity})</span>}
    </span>
  )
}
