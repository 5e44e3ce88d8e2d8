import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { startJava } from '../clients/java.ts'
import { startKoff } from '../e2e/koff.ts'
import { startKafka } from '../servers/kafka.ts'
import { liveOn } from './fleet.ts'
import type { Screen } from './screen.ts'
import { takeScreenshots } from './screenshots.ts'

/** Until there is something of everything to see. */
const livesForMs = 200_000

/**
 * Keeps a Kafka with a small fleet up, and `koff page` beside it, until Ctrl-C. Gives the exit code.
 * @param screenshots the folder for pictures of the page: they are made when the fleet has lived for a while, and end it.
 */
export async function pageDemo(screen: Screen, screenshots?: string): Promise<number> {
  const ending = new AbortController()
  const { signal } = ending
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort())
  await using stack = new AsyncDisposableStack()

  screen.chapter('Starting Kafka')
  const onProgress = screen.download
  const [kafka, java] = await Promise.all([
    screen.waiting('Kafka', startKafka({ onProgress })).then(started => stack.use(started)),
    screen.waiting('Java clients', startJava({ onProgress })).then(started => stack.use(started)),
  ])
  const admin = await java.admin(kafka.bootstrap)
  const fleet = liveOn({ bootstrap: kafka.bootstrap, java, admin, signal, step: text => screen.step(text) })
  // Until it is awaited, a failure of it is one of the demo.
  const failed = fleet.then(
    () => undefined,
    (error: unknown) => {
      ending.abort()
      throw error
    },
  )
  const koff = stack.use(startKoff(['page', '--brokers', kafka.bootstrap]))
  const url = await Promise.race([koff.line(line => line.startsWith('http://')), failed])
  screen.chapter(`The page: ${url ?? ''}`)
  screen.line('  A fleet of five groups lives on: rolling restarts, a stall, a reset, a storm. Ctrl-C ends all of it.')
  screen.line(`  Kafka is at ${kafka.bootstrap}; npm run koff -- top --brokers ${kafka.bootstrap}`)
  if (screenshots !== undefined) {
    await sleep(livesForMs, undefined, { signal })
    for (const file of await takeScreenshots(url ?? '', screenshots)) screen.line(`  ${file}`)
    ending.abort()
  }
  await Promise.race([signal.aborted ? undefined : once(signal, 'abort'), koff.ended, failed])
  const { aborted } = signal
  ending.abort()
  await fleet.catch(() => undefined)
  if (!aborted) screen.line(`koff page ended: ${koff.stderr()}`)
  return aborted ? 0 : 1
}
