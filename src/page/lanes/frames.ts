import type { Viewport } from './viewport.ts'

/** Draws one part of the picture for a view. */
export type Painter = (view: Viewport) => void

/** The view that all parts of a picture share. However often it changes between two frames, each part draws once. */
export class Frames {
  #view: Viewport
  readonly #painters = new Set<Painter>()
  readonly #listeners = new Set<() => void>()
  #requested = 0

  constructor(view: Viewport) {
    this.#view = view
  }

  get view(): Viewport {
    return this.#view
  }

  show(view: Viewport): void {
    this.#view = view
    this.request()
    for (const listener of this.#listeners) listener()
  }

  /** @returns what ends it. */
  add(painter: Painter): () => void {
    this.#painters.add(painter)
    this.request()
    return () => this.#painters.delete(painter)
  }

  /** Calls `listener` whenever another view is shown. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  request(): void {
    if (this.#requested !== 0) return
    this.#requested = requestAnimationFrame(() => {
      this.#requested = 0
      const begin = performance.now()
      for (const painter of this.#painters) painter(this.#view)
      performance.measure('koff:frame', { start: begin, end: performance.now() })
    })
  }
}
