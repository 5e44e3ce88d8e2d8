import { columnsOf } from '../base/terminalText.ts'
import { put, type Shell } from './shell.ts'

/** A screen that is written over in place; where nobody looks, one text after the other. */
export interface LiveScreen extends AsyncDisposable {
  draw(text: string): Promise<void>
}

export function liveScreen({ stdout }: Shell): LiveScreen {
  const isTerminal = stdout.isTTY === true
  let isBegun = false
  return {
    async draw(text) {
      if (!isTerminal) return put(stdout, text)
      const rows = stdout.rows ?? 24
      const lines = text.trimEnd().split('\n')
      const shown =
        lines.length < rows ? lines : [...lines.slice(0, rows - 2), `… ${lines.length - rows + 2} more lines`]
      const begin = isBegun ? '\x1b[H' : '\x1b[?25l\x1b[2J\x1b[H'
      isBegun = true
      // A line that is exactly as wide as the terminal leaves the cursor behind its last column.
      const ended = shown.map(line => (columnsOf(line) >= (stdout.columns ?? 80) ? line : `${line}\x1b[K`))
      await put(stdout, `${begin}${ended.join('\r\n')}\x1b[J`)
    },
    async [Symbol.asyncDispose]() {
      if (isBegun) await put(stdout, '\x1b[?25h\r\n')
    },
  }
}
