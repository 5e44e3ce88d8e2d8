import type { Frames } from '../lanes/frames.ts'
import { clamped, panned, timeAt, type Viewport, zoomed } from '../lanes/viewport.ts'
import { rightMargin } from './drawLanes.ts'

export interface GestureOptions {
  readonly frames: Frames
  readonly gutter: () => number
  readonly bounds: () => Viewport
  /** A click or a tap that was no drag. */
  readonly onTap: (event: PointerEvent) => void
  /** The reader looks elsewhere by their own hand. */
  readonly onMove: () => void
}

/** Further than this a press is a drag, CSS pixels. */
const dragAfter = 5

/**
 * Zoom and pan: a wheel with Ctrl or ⌘ (a pinch on a touchpad is that), a sideways wheel or one with Shift, a drag, two
 * fingers. A plain wheel scrolls, as everywhere.
 * @returns what ends it.
 */
export function gestures(element: HTMLElement, options: GestureOptions): () => void {
  const { frames, gutter, bounds, onTap, onMove } = options
  const pointers = new Map<number, { x: number; y: number }>()
  let dragged = false
  let start = { x: 0, y: 0 }

  const place = (clientX: number) => {
    const { left, width } = element.getBoundingClientRect()
    return { x: clientX - left - gutter(), width: Math.max(1, width - gutter() - rightMargin) }
  }
  const show = (view: Viewport) => {
    onMove()
    frames.show(clamped(view, bounds()))
  }
  const zoomAt = (clientX: number, factor: number) => {
    const { x, width } = place(clientX)
    show(zoomed(frames.view, timeAt(frames.view, width, x), factor))
  }

  const wheel = (event: WheelEvent) => {
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault()
      zoomAt(event.clientX, Math.exp((-event.deltaY * lines) / 240))
      return
    }
    const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX
    if (sideways === 0 || Math.abs(sideways) < Math.abs(event.shiftKey ? 0 : event.deltaY)) return
    event.preventDefault()
    show(panned(frames.view, (sideways * lines) / place(0).width))
  }

  const down = (event: PointerEvent) => {
    if (event.button !== 0) return
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY })
    if (pointers.size > 1) dragged = true
    else {
      dragged = false
      start = { x: event.clientX, y: event.clientY }
    }
  }
  const move = (event: PointerEvent) => {
    const before = pointers.get(event.pointerId)
    if (before === undefined) return
    const now = { x: event.clientX, y: event.clientY }
    if (pointers.size === 2) pinch(event.pointerId, before, now)
    else if (dragged || Math.hypot(now.x - start.x, now.y - start.y) > dragAfter) {
      if (!dragged) element.setPointerCapture(event.pointerId)
      dragged = true
      show(panned(frames.view, (before.x - now.x) / place(0).width))
    } else return
    pointers.set(event.pointerId, now)
  }
  const pinch = (id: number, before: { x: number }, now: { x: number }) => {
    const other = [...pointers].find(([key]) => key !== id)?.[1]
    if (other === undefined) return
    const spread = Math.max(10, Math.abs(before.x - other.x))
    const factor = Math.max(10, Math.abs(now.x - other.x)) / spread
    zoomAt((now.x + other.x) / 2, factor)
    show(panned(frames.view, (before.x - now.x) / 2 / place(0).width))
  }
  const up = (event: PointerEvent) => {
    const was = pointers.delete(event.pointerId)
    if (was && !dragged && event.type === 'pointerup') onTap(event)
  }

  element.addEventListener('wheel', wheel, { passive: false })
  element.addEventListener('pointerdown', down)
  element.addEventListener('pointermove', move)
  element.addEventListener('pointerup', up)
  element.addEventListener('pointercancel', up)
  return () => {
    element.removeEventListener('wheel', wheel)
    element.removeEventListener('pointerdown', down)
    element.removeEventListener('pointermove', move)
    element.removeEventListener('pointerup', up)
    element.removeEventListener('pointercancel', up)
  }
}

/** The view that a key asks for; null: it asks for none. */
export function viewForKey(key: string, view: Viewport, middle: number, all: Viewport): Viewport | null {
  switch (key) {
    case 'ArrowLeft':
      return panned(view, -0.1)
    case 'ArrowRight':
      return panned(view, 0.1)
    case 'PageUp':
      return panned(view, -0.9)
    case 'PageDown':
      return panned(view, 0.9)
    case '+':
    case '=':
      return zoomed(view, middle, 1.5)
    case '-':
    case '_':
      return zoomed(view, middle, 1 / 1.5)
    case '0':
      return all
    default:
      return null
  }
}
