import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import { int64Hook } from './int64Type.ts'
import type { RegistryAddress } from './options.ts'

/** Repeats nothing by itself: who calls decides how long to go on. `signal` ends a request that is under way. */
export function registryClient({ host, auth }: RegistryAddress, signal: AbortSignal): SchemaRegistry {
  return new SchemaRegistry(
    {
      host,
      clientId: 'koff',
      retry: { retries: 0 },
      ...(auth === null ? {} : { auth }),
      middlewares: [() => ({ prepareRequest: async next => (await next()).enhance({ signal }) })],
    },
    { [SchemaType.AVRO]: { typeHook: int64Hook } },
  )
}
