import type { Span } from './useSpan.ts'

interface PictureToolsProps {
  readonly span: Span
  readonly follows: number | null
  readonly fits: boolean
  readonly asTable: boolean
  readonly canFit: boolean
  /** The last so many ms; null: all. */
  readonly onLast: (ms: number | null) => void
  readonly onZoom: (factor: number) => void
  readonly onPan: (share: number) => void
  readonly onFits: () => void
  readonly onTable: () => void
}

const lasts = [
  ['15 min', 900_000],
  ['1 h', 3_600_000],
  ['6 h', 21_600_000],
  ['24 h', 86_400_000],
  ['7 d', 604_800_000],
] as const

/** What wheel, keys and fingers do, as buttons. */
export function PictureTools(props: PictureToolsProps) {
  const { span, follows, fits, asTable, canFit, onLast, onZoom, onPan, onFits, onTable } = props
  return (
    <div class="tools" role="toolbar" aria-label="Time">
      <div class="group-of-buttons">
        {lasts.map(([name, ms]) => (
          <button
            key={name}
            type="button"
            class="button small"
            aria-pressed={follows === ms}
            aria-label={span.isLive ? `Follow the last ${name}` : `The last ${name}`}
            onClick={() => onLast(ms)}
          >
            {name}
          </button>
        ))}
        <button type="button" class="button small" onClick={() => onLast(null)}>
          All
        </button>
      </div>
      <div class="group-of-buttons">
        <button type="button" class="button small" aria-label="Earlier" onClick={() => onPan(-0.4)}>
          ←
        </button>
        <button type="button" class="button small" aria-label="Later" onClick={() => onPan(0.4)}>
          →
        </button>
        <button type="button" class="button small" aria-label="Zoom out" onClick={() => onZoom(1 / 2)}>
          −
        </button>
        <button type="button" class="button small" aria-label="Zoom in" onClick={() => onZoom(2)}>
          +
        </button>
      </div>
      {canFit ? (
        <button type="button" class="button small" aria-pressed={fits} onClick={onFits}>
          All lanes at once
        </button>
      ) : null}
      <button type="button" class="button small" aria-pressed={asTable} onClick={onTable}>
        Tables
      </button>
      <span class="tools-hint muted wide-only">Ctrl + wheel zooms, drag pans, click shows what happened</span>
    </div>
  )
}
