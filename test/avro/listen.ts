import { once } from 'node:events'
import { createServer, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Request = Parameters<Parameters<typeof createServer>[1] & object>[0]
/** A body that is a text goes out as it is. */
export type Respond = (status: number, body: unknown, headers?: OutgoingHttpHeaders) => void

/** A server that answers as a test wants: what registries do besides answering well, none does when asked to. */
export async function listen(answer: (request: Request, respond: Respond) => void) {
  const server = createServer((request, response) => {
    answer(request, (status, body, headers = {}) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json', ...headers }).end(text)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      if (server.listening) await new Promise(resolve => server.close(resolve))
    },
  }
}
