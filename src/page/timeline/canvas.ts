import { useLayoutEffect, useRef, useState } from 'preact/hooks'

/** CSS pixels of a canvas, and device pixels of one of them. */
export interface CanvasSize {
  readonly width: number
  readonly height: number
  readonly dpr: number
}

/** Width of an element, as the layout gives it. */
export function useWidth<Of extends HTMLElement>() {
  const element = useRef<Of>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const found = element.current
    if (found === null) return
    setWidth(found.clientWidth)
    const observer = new ResizeObserver(() => setWidth(found.clientWidth))
    observer.observe(found)
    return () => observer.disconnect()
  }, [])
  return [element, width] as const
}

/** Gives a canvas its size in device pixels, and a context in CSS pixels; null where the browser has none to give. */
export function contextOf(
  canvas: HTMLCanvasElement,
  { width, height, dpr }: CanvasSize,
): CanvasRenderingContext2D | null {
  const [w, h] = [Math.max(1, Math.round(width * dpr)), Math.max(1, Math.round(height * dpr))]
  if (canvas.width !== w) canvas.width = w
  if (canvas.height !== h) canvas.height = h
  const context = canvas.getContext('2d')
  context?.setTransform(dpr, 0, 0, dpr, 0, 0)
  context?.clearRect(0, 0, width, height)
  return context
}

export const smallFont = '11px Inter, system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif'

/** Mean width of a character of `smallFont`: measuring each text takes longer than drawing it. */
const characterWidth = 6.3

/** As much of a text as fits; the end of a name says more than its middle. */
export function fitted(text: string, width: number): string {
  const most = Math.floor(width / characterWidth)
  if (text.length <= most) return text
  if (most < 2) return ''
  if (most < 6) return `${text.slice(0, most - 1)}…`
  const end = Math.min(6, Math.floor(most / 3))
  return `${text.slice(0, most - end - 1)}…${text.slice(-end)}`
}
