import { Connection } from '@platformatic/kafka'
import { type Address, formatAddress } from './address.ts'
import { type ApiVersions, askApiVersions } from './apiVersions.ts'
import {
  type BrokerOptions,
  defaultClientId,
  defaultConnectTimeoutMs,
  defaultRequestTimeoutMs,
  saslOptions,
  tlsOptions,
} from './brokerOptions.ts'
import { brokerFailure } from './failure.ts'

/** One connection to one broker, which is open when it is handed out and never opens again once it is closed. */
export interface BrokerConnection {
  /** host:port */
  readonly broker: string
  readonly versions: ApiVersions
  readonly isOpen: boolean
  /** Sends a request; fails with a `KoffError` in which `name` says which. */
  request<T>(name: string, send: (connection: Connection) => Promise<T>): Promise<T>
  /** Requests that are under way fail. May be called twice. */
  close(): void
}

export interface ConnectOptions {
  readonly address: Address
  readonly options: BrokerOptions
  readonly signal: AbortSignal
}

/** Connects, through TLS and SASL where configured, and asks which versions of the protocol the broker speaks. */
export async function connectToBroker({ address, options, signal }: ConnectOptions): Promise<BrokerConnection> {
  const broker = formatAddress(address)
  const connection = createConnection(address, options)
  // What closes a connection is told here, and what waited on it hears only that it is closed.
  let reason: Error | undefined
  connection.on('error', error => {
    reason ??= error
  })
  const close = () => {
    connection.socket?.destroy()
    void connection.close().catch(() => undefined)
  }
  const abort = () => connection.socket?.destroy(new Error('given up'))
  signal.addEventListener('abort', abort, { once: true })
  let trusted = false
  const request = async <T>(name: string, send: (connection: Connection) => Promise<T>): Promise<T> => {
    try {
      // Between the two requests of a new authentication the broker takes no other (KIP-368)
      if (connection.status === 'reauthenticating') await connection.ready()
      const answer = await send(connection)
      trusted = name !== 'ApiVersions'
      return answer
    } catch (error) {
      const cause = connection.isConnected() ? error : (reason ?? error)
      throw brokerFailure(cause, { broker, options, request: name, trusted })
    }
  }
  try {
    await connect(connection, address)
    const versions = await request('ApiVersions', askApiVersions)
    return {
      broker,
      versions,
      get isOpen() {
        return connection.status === 'connected' || connection.status === 'reauthenticating'
      },
      request,
      close,
    }
  } catch (error) {
    close()
    throw brokerFailure(error, { broker, options })
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Not connected yet. A certificate or key that is none is found here. */
function createConnection(address: Address, options: BrokerOptions): Connection {
  const { tls, sasl } = options
  try {
    return new Connection(options.clientId ?? defaultClientId, {
      connectTimeout: options.connectTimeoutMs ?? defaultConnectTimeoutMs,
      requestTimeout: options.requestTimeoutMs ?? defaultRequestTimeoutMs,
      ...(tls === undefined ? {} : { tls: tlsOptions(tls, address.host) }),
      ...(sasl === undefined ? {} : { sasl: saslOptions(sasl) }),
    })
  } catch (error) {
    throw brokerFailure(error, { broker: formatAddress(address), options })
  }
}

async function connect(connection: Connection, { host, port }: Address): Promise<void> {
  await connection.connect(host, port)
}
