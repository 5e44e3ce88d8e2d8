import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KoffError } from '../../src/base/errors.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { commandLine } from '../commandLine.ts'
import { startKoff } from '../e2e/koff.ts'
import { readCleanTopic } from '../live/cleanTopic.ts'
import { startKafka } from '../servers/kafka.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { startRegistry } from '../servers/registry.ts'
import { groups, live } from './life.ts'
import { pageDemo } from './page.ts'
import { screenOn } from './screen.ts'

const { values } = commandLine({
  program: 'npm run demo',
  usage: `
npm run demo    starts Kafka and a schema registry, lets a few consumer groups live, and shows koff's events as they come
                and as they are read back from the clean topic; ends by itself, and leaves nothing running
npm run demo -- --page    keeps Kafka up with a small fleet that lives on (rolling restarts, a stall, a reset, a storm), and the
                page that shows it; prints its address; ends with Ctrl-C
npm run demo -- --page --screenshots docs/images    makes the pictures of the README from it, and ends
`,
  options: { page: { type: 'boolean', default: false }, screenshots: { type: 'string' } },
})

const cleanTopic = 'koff.events'
const nextCommands = [
  'npm run koff -- groups -o human test/corpus/dev.records.ndjson.gz   # groups of a recording, without a cluster',
  'npm run koff -- events --brokers localhost:9092 --since 15m         # what happened, and what happens',
  'npm run koff -- top --brokers localhost:9092                        # the live view; ? helps',
]
const screen = screenOn(process.stdout)

// kafkajs 2.2.4 sets timers to times that are over, of which Node warns each time.
const print = process.listeners('warning')
process.removeAllListeners('warning').on('warning', warning => {
  if (warning.name !== 'TimeoutNegativeWarning') for (const listener of print) listener(warning)
})

process.exitCode = await (values.page ? pageDemo(screen, values.screenshots) : demo()).catch((error: unknown) => {
  const text = error instanceof KoffError ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`demo: ${text}\n`)
  return 1
})

/** Real servers, a small life of a cluster, koff's events as they happen and as others read them. Gives the exit code. */
async function demo(): Promise<number> {
  const startedAt = performance.now()
  const home = await temporaryFolder('demo')
  await using stack = new AsyncDisposableStack()
  stack.defer(() => removeTemporary(home))

  screen.chapter('Starting Kafka and a schema registry')
  const onProgress = screen.download
  const [kafka, registry, java] = await Promise.all([
    screen.waiting('Kafka', startKafka({ onProgress })).then(started => stack.use(started)),
    screen.waiting('schema registry', startRegistry({ onProgress })).then(started => stack.use(started)),
    screen.waiting('Java clients', startJava({ onProgress })).then(started => stack.use(started)),
  ])
  screen.line(`  Kafka ${kafka.version} at ${kafka.bootstrap}, registry at ${registry.url}`)

  screen.chapter('koff run: every event to the terminal, and as Avro to the topic koff.events, exactly once')
  const config = join(home, 'koff.yaml')
  writeFileSync(config, configuration(kafka.bootstrap, registry.url))
  const koff = stack.use(startKoff(['run', '-c', config]))
  const events: KoffEvent[] = []
  const show = () => {
    for (const line of koff.lines().slice(events.length)) {
      const event = JSON.parse(line) as KoffEvent
      events.push(event)
      screen.event(event)
    }
  }
  const showing = setInterval(show, 50)
  stack.defer(() => clearInterval(showing))
  await screen.waiting(
    'koff run',
    until({ what: 'koff', ask: async () => koff.stderr(), good: text => text.includes('waiting for it') }),
  )

  const admin = await java.admin(kafka.bootstrap)
  await live({
    bootstrap: kafka.bootstrap,
    java,
    admin,
    screen,
    shown: async (group, type, times = 1) => {
      await until({
        what: `${type} of ${group}`,
        ask: async () => events.filter(event => event.group === group && event.type === type).length,
        good: count => count >= times,
      })
    },
  })

  koff.kill('SIGTERM')
  const [code] = await koff.ended
  show()
  screen.chapter(`The same events, read from ${cleanTopic} by kafkajs and the registry's client`)
  const clean = await readCleanTopic({ brokers: kafka.brokers, topic: cleanTopic }, registry.url)
  for (const { partition, key, value } of clean) {
    screen.line(`  ${cleanTopic}-${partition}  ${key.padEnd(8)}  ${value.id.padEnd(8)}  ${value.type}`)
  }
  const shown = new Set(events.map(({ id }) => id))
  const isSame = clean.length === events.length && clean.every(({ value }) => shown.has(value.id))
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
  screen.line('')
  screen.line(
    `${events.length} events shown, ${clean.length} read back: ${isSame ? 'the same' : 'NOT the same'}. ${seconds} s.`,
  )
  screen.chapter('To try next (the servers of this demo are gone: name your own)')
  for (const command of nextCommands) screen.line(`  ${command}`)
  if (code !== 0) screen.line(`koff ended with exit code ${String(code)}: ${koff.stderr()}`)
  return isSame && code === 0 ? 0 : 1
}

function configuration(brokers: string, registry: string): string {
  return [
    `kafka: { brokers: ${brokers} }`,
    `groups: { include: [${groups.join(', ')}] }`,
    'sinks:',
    '  - { type: stdout, format: json }',
    `  - { type: kafka, topic: ${cleanTopic}, registry: { url: '${registry}' } }`,
    '',
  ].join('\n')
}
