import { revealed } from '../../config/values/revealed.ts'
import { defineSink } from '../definition.ts'
import { routesOf, routesText } from './routes.ts'
import { kafkaSchema } from './schema.ts'

export const kafka = defineSink({
  type: 'kafka',
  schema: kafkaSchema,
  nameOf: to => `kafka-${routesText(routesOf(to)).replaceAll(/[{}]/g, '')}`,
  async open(to, { broker, types, retried, log, deliveryTimeoutMs }) {
    const { kafkaSink } = await import('./sink.ts')
    const { format, subjects, partitions, replicationFactor, registry } = revealed(to)
    const shape = { format, subjects, partitions, replicationFactor, registry }
    return kafkaSink({ ...broker, ...shape, routes: routesOf(to), types, retried, log, deliveryTimeoutMs })
  },
})
