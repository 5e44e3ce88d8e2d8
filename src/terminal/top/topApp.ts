import { Box, render, Text, useApp, useInput, useStdout } from 'ink'
import { createElement, type ReactElement, useEffect, useState, useSyncExternalStore } from 'react'
import type { Ink } from '../ink.ts'
import { topScreen } from './topScreen.ts'
import { pressed, type TopModel, topStart } from './topState.ts'

/** Where the live view gets what it shows; null until everything is read. */
export interface TopStore {
  readonly get: () => TopModel | null
  readonly subscribe: (changed: () => void) => () => void
}

export interface TopAppOptions {
  readonly store: TopStore
  readonly ink: Ink
  readonly stdout: NodeJS.WriteStream
  readonly stdin: NodeJS.ReadStream
  /** Ends the view. */
  readonly signal: AbortSignal
}

const alternateScreen = '\x1b[?1049h'
const normalScreen = '\x1b[?1049l'

/** Shows the live view on a screen of its own until the user or the signal ends it. */
export async function runTopApp({ store, ink, stdout, stdin, signal }: TopAppOptions): Promise<void> {
  stdout.write(alternateScreen)
  try {
    // Ink draws no screen where a variable CI is set; koff top has checked that there is a terminal.
    const app = render(createElement(TopApp, { store, ink }), { stdout, stdin, patchConsole: false, interactive: true })
    const end = () => app.unmount()
    signal.addEventListener('abort', end, { once: true })
    await app.waitUntilExit()
    signal.removeEventListener('abort', end)
  } finally {
    stdout.write(normalScreen)
  }
}

interface TopProps {
  readonly store: TopStore
  readonly ink: Ink
}

function TopApp({ store, ink }: TopProps): ReactElement {
  const model = useSyncExternalStore(store.subscribe, store.get)
  const [state, setState] = useState(topStart)
  const { exit } = useApp()
  const size = useSize()
  useInput((input, key) => {
    const { upArrow: up, downArrow: down, pageUp, pageDown, return: enter, escape, backspace } = key
    const meant = { up, down, pageUp, pageDown, enter, escape, erase: backspace || key.delete }
    // What is typed fast comes at once.
    const inputs = input.length > 1 ? Array.from(input) : [input]
    setState(before =>
      inputs.reduce((state, one) => pressed(state, { ...meant, input: one }, model ?? { rows: [] }), before),
    )
  })
  useEffect(() => {
    if (state.isOver) exit()
  }, [state.isOver, exit])
  const lines = model === null ? ['koff top: reading what is there …'] : topScreen(model, state, { ...size, ink })
  const texts = lines.map((line, at) => createElement(Text, { key: at, wrap: 'truncate' }, line === '' ? ' ' : line))
  return createElement(Box, { flexDirection: 'column' }, texts)
}

function sizeOf(stdout: NodeJS.WritableStream): { readonly columns: number; readonly rows: number } {
  const { columns = 80, rows = 24 } = stdout as Partial<NodeJS.WriteStream>
  return { columns, rows: rows - 1 }
}

/** Of the terminal, also after it is resized. A line is left free: Ink would clear a full screen at each change. */
function useSize(): { readonly columns: number; readonly rows: number } {
  const { stdout } = useStdout()
  const now = () => sizeOf(stdout)
  const [size, setSize] = useState(now)
  useEffect(() => {
    const resized = () => setSize(now())
    stdout.on('resize', resized)
    return () => void stdout.off('resize', resized)
  }, [stdout])
  return size
}
