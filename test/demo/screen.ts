import type { KoffEvent } from '../../src/events/envelope.ts'
import { lineFormatter } from '../../src/terminal/events/line.ts'
import { inkFor } from '../../src/terminal/ink.ts'
import type { Download } from '../servers/maven.ts'

/** What the demo says, and the events as koff's own terminal output shows them. */
export interface Screen {
  /** A headline. */
  chapter(text: string): void
  /** What is being done now, with the seconds since the beginning. */
  step(text: string): void
  /** Says what is waited for, every two seconds how long already, and at the end how long it took. */
  waiting<T>(what: string, work: Promise<T>): Promise<T>
  event(event: KoffEvent): void
  /** A line as it is. */
  line(text: string): void
  readonly download: (download: Download) => void
}

const everyMs = 1_000

export function screenOn(stream: NodeJS.WriteStream): Screen {
  const ink = inkFor(stream)
  const lineOf = lineFormatter({ ink })
  const put = (text: string) => void stream.write(text)
  let told = 0
  const start = performance.now()
  const secondsSince = (from: number) => `${((performance.now() - from) / 1000).toFixed(1)} s`
  return {
    chapter: text => put(`\n${ink(['bold', 'green'], text)}\n`),
    step: text => put(`${ink('green', '▸')} ${ink('bold', text)} ${ink('dim', `(${secondsSince(start)})`)}\n`),
    async waiting(what, work) {
      const from = performance.now()
      put(`  ${what} …\n`)
      const alive = setInterval(() => put(`  ${what}: ${secondsSince(from)} so far\n`), everyMs * 2)
      try {
        return await work
      } finally {
        clearInterval(alive)
        put(`  ${what}: ${secondsSince(from)}\n`)
      }
    },
    event: event => put(lineOf(event)),
    line: text => put(`${text}\n`),
    download: ({ what, files, bytes }) => {
      if (performance.now() - told < everyMs) return
      told = performance.now()
      put(`  ${what}: ${files} files, ${(bytes / 1e6).toFixed(0)} MB from Maven Central\n`)
    },
  }
}
