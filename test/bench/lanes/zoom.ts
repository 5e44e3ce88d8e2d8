import type { Page } from 'playwright-core'

export interface Figures {
  /** Script and drawing of each frame, ms. */
  readonly frames: readonly number[]
  /** From one frame to the next, ms. */
  readonly gaps: readonly number[]
}

/** Turns the wheel for 240 frames, 40 in and 40 out. It is a text because the code of the bench knows no browser. */
export async function zoomed(page: Page): Promise<Figures> {
  return page.evaluate(`(async () => {
    const timeline = document.querySelector('.timeline')
    const { left, top, width } = timeline.getBoundingClientRect()
    performance.clearMeasures('koff:frame')
    const gaps = []
    let last = performance.now()
    for (let frame = 0; frame < 240; frame++) {
      timeline.dispatchEvent(new WheelEvent('wheel', {
        deltaY: Math.floor(frame / 40) % 2 === 0 ? -40 : 40,
        ctrlKey: true,
        clientX: left + width * (0.4 + 0.2 * Math.sin(frame / 17)),
        clientY: top + 200,
        bubbles: true,
        cancelable: true,
      }))
      await new Promise(resolve => requestAnimationFrame(resolve))
      const now = performance.now()
      gaps.push(now - last)
      last = now
    }
    return { frames: performance.getEntriesByName('koff:frame').map(({ duration }) => duration), gaps }
  })()`)
}
