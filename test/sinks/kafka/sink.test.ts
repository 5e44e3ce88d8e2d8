import { expect, test } from 'vitest'
import { kafkaSink } from '../../../src/sinks/kafka/sink.ts'
import { events } from '../events.ts'
import { toTopic } from '../toTopic.ts'

/* With brokers: test/live/kafkaSink.test.ts. */

const running = new AbortController().signal
const sink = () => kafkaSink({ brokers: ['127.0.0.1:1'], ...toTopic('koff-events') })

test('without a registry it does not start, and says in one line what to do', async () => {
  await expect(sink().open(running)).rejects.toMatchObject({
    code: 'REGISTRY_MISSING',
    retriable: false,
    message: 'topic koff-events: Avro needs a schema registry; set registry.url, or format: json',
  })
})

test('a sink that was not opened cannot be written to, and can be closed', async () => {
  const unopened = sink()
  await expect(unopened.write(events(1), running)).rejects.toMatchObject({ code: 'SINK_FAILED' })
  await unopened[Symbol.asyncDispose]()
})
