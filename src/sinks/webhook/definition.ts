import { revealed } from '../../config/values/revealed.ts'
import { defineSink } from '../definition.ts'
import { webhookSchema } from './schema.ts'

export const webhook = defineSink({
  type: 'webhook',
  schema: webhookSchema,
  nameOf: ({ url }) => `webhook-${new URL(url.reveal()).host.replaceAll(/[^A-Za-z0-9._-]/g, '_')}`,
  async open(to, { retried, deliveryTimeoutMs }) {
    const { webhookSink } = await import('./sink.ts')
    const { type: _type, ...options } = revealed(to)
    return webhookSink({ ...options, retried, deliveryTimeoutMs })
  },
})
