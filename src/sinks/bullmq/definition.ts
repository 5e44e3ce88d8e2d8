import { revealed } from '../../config/values/revealed.ts'
import { defineSink } from '../definition.ts'
import { bullmqSchema } from './schema.ts'

export const bullmq = defineSink({
  type: 'bullmq',
  schema: bullmqSchema,
  nameOf: ({ queue }) => `bullmq-${queue.replaceAll(/[^A-Za-z0-9._-]/g, '_')}`,
  async open(to, { types, retried, log, deliveryTimeoutMs }) {
    const { bullmqSink } = await import('./sink.ts')
    const { type: _type, ...options } = revealed(to)
    return bullmqSink({ ...options, types, retried, log, deliveryTimeoutMs })
  },
})
