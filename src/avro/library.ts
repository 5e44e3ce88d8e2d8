import type { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { int64Hook } from './int64Type.ts'
import type { RegistryRequest } from './registryRequest.ts'

type LibraryOptions = ConstructorParameters<typeof SchemaRegistry>[0]
type Middleware = NonNullable<LibraryOptions['middlewares']>[number]
type Respond = NonNullable<ReturnType<Middleware>['response']>

/** Sends a request and returns the response that the library may see; the library passes on what it throws. */
export type Exchange = (request: RegistryRequest) => Promise<unknown>

/**
 * The library for one call. It makes the requests, in their order, and reads schemas; `exchange` stands in the place of its
 * HTTP client. That client tells no answer with an error from a page of HTML, loses Retry-After and the reason of a TLS
 * handshake, and has no limit for an answer. The import takes 8 MB and some time: only a registry needs it.
 */
export async function registryLibrary(host: string, exchange: Exchange): Promise<SchemaRegistry> {
  const { SchemaRegistry: Library } = await import('@kafkajs/confluent-schema-registry')
  const respond: Respond = async (_next, _renew, request) => {
    const body: unknown = request.body()
    const value = await exchange({
      method: request.method().toUpperCase(),
      path: request.path(),
      headers: request.headers() as Readonly<Record<string, string>>,
      ...(typeof body === 'string' ? { body } : {}),
    })
    return checkedResponse(value)
  }
  // The middlewares run last to first; this one does not call the others, which would send the request.
  const middlewares: Middleware[] = [() => ({ response: respond })]
  return new Library({ host, clientId: 'koff', middlewares }, { forSchemaOptions: { typeHook: int64Hook } })
}

/** The library reads only the data of a response. */
function checkedResponse(value: unknown): Awaited<ReturnType<Respond>> {
  return { data: () => value } as unknown as Awaited<ReturnType<Respond>>
}
