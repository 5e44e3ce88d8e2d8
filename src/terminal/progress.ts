import { basename } from 'node:path'
import { CatchUp } from '../engine/catchUp.ts'
import type { Source } from '../engine/source.ts'
import { eraseLine, isTerminal, type Shell } from './shell.ts'

/** How far a file is read, in bytes. */
export interface FilePosition {
  readonly path: string
  readonly position: number
  readonly size: number | null
}

type Place = Pick<Shell, 'stderr' | 'variables'>

/** A line on a terminal that is written over itself. Where nobody looks, nothing is written. */
export interface Progress extends Disposable {
  /** Takes the line away, so that other lines can follow. */
  readonly clear: () => void
}

const patienceMs = 2000
const intervalMs = 250

/** Says how far the files are read once that takes longer than two seconds. */
export function fileProgress(shell: Place): Progress & { readonly at: (position: FilePosition) => void } {
  const { show, clear } = progressLine(shell)
  return {
    at({ path, position, size }) {
      const share = size === null || size === 0 ? '' : `${Math.floor((position / size) * 100)} % of `
      show(() => `${share}${basename(path)}, ${Math.floor(position / 1e6)} MB`)
    },
    clear,
    [Symbol.dispose]: clear,
  }
}

/** How many of something are done, once that takes longer than two seconds. */
export function countProgress(shell: Place, what: string): Progress & { readonly at: (count: number) => void } {
  const { show, clear } = progressLine(shell)
  return { at: count => show(() => `${count} ${what}`), clear, [Symbol.dispose]: clear }
}

/** What is waited for and for how long, each second, once that takes longer than two seconds. */
export function waitProgress(shell: Place, what: string): Progress {
  const { show, clear } = progressLine(shell)
  const start = performance.now()
  const seconds = () => Math.round((performance.now() - start) / 1000)
  const timer = setInterval(() => show(() => `${what}, ${seconds()} s`), 1000)
  timer.unref()
  const end = (): void => {
    clearInterval(timer)
    clear()
  }
  return { clear: end, [Symbol.dispose]: end }
}

/** The source, and how much of what was there at the start is still to be read, once that takes longer than two seconds. */
export function catchUpProgress(source: Source, shell: Place): Progress & { readonly source: Source } {
  const { show, clear } = progressLine(shell)
  const catchUp = new CatchUp()
  const text = (): string => {
    const { total, left } = catchUp.extent()
    return left === 0 ? '' : `${Math.floor((1 - left / total) * 100)} % read, ${left} records of what was there to go`
  }
  return {
    source: {
      cluster: source.cluster,
      async *chunks(signal) {
        for await (const inputs of source.chunks(signal)) {
          for (const input of inputs) if (input.kind === 'position') catchUp.hear(input)
          // What the events are written over must not be this line.
          clear()
          yield inputs
          show(text)
        }
      },
      [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
    },
    clear,
    [Symbol.dispose]: clear,
  }
}

function progressLine(shell: Place): { readonly show: (text: () => string) => void; readonly clear: () => void } {
  const { stderr } = shell
  const isShowing = isTerminal(shell)
  const start = performance.now()
  let isShown = false
  let shownAt = 0
  const clear = (): void => {
    if (isShown) stderr.write(eraseLine)
    isShown = false
  }
  return {
    show(text) {
      const now = performance.now()
      if (!isShowing || now - start < patienceMs || (isShown && now - shownAt < intervalMs)) return
      const line = text()
      clear()
      if (line === '') return
      isShown = true
      shownAt = now
      stderr.write(`koff: ${line}`)
    },
    clear,
  }
}
