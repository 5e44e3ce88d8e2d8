import type { ComponentChildren, TargetedKeyboardEvent } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

interface VirtualRowsProps {
  readonly count: number
  /** Of a row, in pixels. */
  readonly height: number
  readonly row: (at: number) => ComponentChildren
  /** Called with the last row that is about to be seen. */
  readonly needed: (until: number) => void
}

/** Rows above and below what is seen, so that a scroll finds them there. */
const spare = 8

const steps = new Map([
  ['ArrowDown', 1],
  ['ArrowUp', -1],
  ['PageDown', 10],
  ['PageUp', -10],
])

/** Only the rows that are seen are in the document, of however many there are. */
export function VirtualRows({ count, height, row, needed }: VirtualRowsProps) {
  const body = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [room, setRoom] = useState(600)
  useLayoutEffect(() => {
    const element = body.current
    if (element === null) return
    const observer = new ResizeObserver(() => setRoom(element.clientHeight))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const first = Math.max(0, Math.min(Math.floor(top / height), count - 1) - spare)
  const last = Math.min(count, Math.ceil((top + room) / height) + spare)
  useEffect(() => needed(last), [last, needed])

  /** Arrow keys go from row to row, as in a list. */
  const move = (event: TargetedKeyboardEvent<HTMLDivElement>) => {
    const step = steps.get(event.key)
    const element = body.current
    const focused = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-at]') : null
    if (step === undefined || element === null || focused === null) return
    event.preventDefault()
    const at = Math.max(0, Math.min(count - 1, Number(focused.dataset['at']) + step))
    const [from, to] = [at * height, (at + 1) * height]
    if (from < element.scrollTop) element.scrollTop = from
    else if (to > element.scrollTop + element.clientHeight) element.scrollTop = to - element.clientHeight
    setTop(element.scrollTop)
    requestAnimationFrame(() =>
      element.querySelector<HTMLElement>(`[data-at="${at}"] a`)?.focus({ preventScroll: true }),
    )
  }

  const rows = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index)
  return (
    <div
      ref={body}
      class="rows-body"
      role="rowgroup"
      onScroll={event => setTop(event.currentTarget.scrollTop)}
      onKeyDown={move}
    >
      <div role="presentation" style={{ height: `${count * height}px` }} />
      {rows.map(at => (
        <div
          key={at}
          class="row"
          role="row"
          aria-rowindex={at + 2}
          data-at={at}
          style={{ top: `${at * height}px`, height: `${height}px` }}
        >
          {row(at)}
        </div>
      ))}
    </div>
  )
}
