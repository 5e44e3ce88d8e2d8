import { type Address, formatAddress, parseAddresses } from '../../base/address.ts'
import { KoffError } from '../../base/errors.ts'
import { retry } from '../../base/retry.ts'
import { type BrokerOptions, defaultConnectTimeoutMs, defaultRequestTimeoutMs } from '../net/brokerOptions.ts'
import { type OpenSocket, openSocket } from '../net/socket.ts'
import { type ClusterMetadata, metadata as metadataRequest, type TopicSelection } from '../protocol/metadata.ts'
import { type BrokerConnection, connectToBroker } from './connection.ts'

/** A cluster: its brokers, and one connection to any of them for requests about the cluster. */
export interface Cluster {
  /** Kafka's cluster id. */
  readonly id: string
  readonly options: BrokerOptions
  /** The connection of the last request; null before the first and after a failure. */
  readonly connection: BrokerConnection | null
  /** Sends a request to any broker that answers. Fails only when none does, with the error of each of them. */
  metadata(selection: TopicSelection, signal: AbortSignal): Promise<ClusterMetadata>
  /** A new connection to one broker, over a socket of `open`; fails with `BROKER_UNREACHABLE` for an unknown node. */
  connect(node: number, signal: AbortSignal, open?: OpenSocket): Promise<BrokerConnection>
  /** Node ids of all brokers, from the last metadata. */
  nodes(): readonly number[]
  /** host:port of a node, from the last metadata. */
  addressOf(node: number): string
  close(): void
}

/** Is notified when the first contact takes more than one attempt. */
export interface ContactWatch {
  /** Called before each further attempt; `timeoutMs` is the limit for all attempts together. */
  retried(error: KoffError, timeoutMs: number): void
  /** Called when an attempt succeeded. */
  worked(): void
}

/** Until the first contact koff retries this often: a broker may be starting. */
const firstContact = { firstPauseMs: 100, maxPauseMs: 1000 }

/**
 * Makes the first contact: tries all brokers repeatedly for `connectTimeoutMs`. Fails with `BROKER_UNREACHABLE` after
 * that time, and at once where a broker refuses koff or the configuration cannot be right.
 */
export async function openCluster(options: BrokerOptions, signal: AbortSignal, watch?: ContactWatch): Promise<Cluster> {
  const bootstrap = parseAddresses(options.brokers)
  const limitMs = options.connectTimeoutMs ?? defaultConnectTimeoutMs
  const cluster = createCluster(bootstrap, options)
  let hasFailed = false
  const retried = (error: KoffError) => {
    hasFailed = true
    watch?.retried(error, limitMs)
  }
  try {
    await retry(() => cluster.metadata({ names: [] }, signal), { signal, timeoutMs: limitMs, ...firstContact, retried })
  } catch (error) {
    if (!(error instanceof KoffError) || !error.retriable || signal.aborted) throw error
    const message = `no broker within ${limitMs / 1000} s: ${error.message}`
    throw new KoffError(error.code, message, { retriable: true, cause: error })
  }
  if (hasFailed) watch?.worked()
  return cluster
}

/** A connection to any broker that answers. The caller must not close it. */
export async function anyBroker(cluster: Cluster, signal: AbortSignal): Promise<BrokerConnection> {
  if (cluster.connection?.isOpen !== true) await cluster.metadata({ names: [] }, signal)
  const { connection } = cluster
  if (connection === null) throw new KoffError('BROKER_UNREACHABLE', 'no broker answers', { retriable: true })
  return connection
}

function createCluster(bootstrap: readonly Address[], options: BrokerOptions): Cluster {
  const questionOptions = forQuestions(options, bootstrap.length)
  const isGiven = ({ host, port }: Address) => bootstrap.some(given => given.host === host && given.port === port)
  let id = ''
  let nodes: ReadonlyMap<number, Address> = new Map()
  let connection: BrokerConnection | null = null
  const drop = () => {
    connection?.close()
    connection = null
  }
  const ask = async (selection: TopicSelection, to: BrokerConnection) => {
    const metadata = await to.send(metadataRequest, selection)
    // A broker that has just started may have no metadata yet: neither of topics nor of brokers.
    if (metadata.nodes.size === 0) {
      throw new KoffError('BROKER_ERROR', `${to.broker}: has just started and has no metadata of the cluster yet`, {
        retriable: true,
      })
    }
    nodes = metadata.nodes
    id = metadata.clusterId
    return metadata
  }
  const askAnybody = async (selection: TopicSelection, signal: AbortSignal) => {
    signal.throwIfAborted()
    if (connection?.isOpen === true) {
      try {
        return await ask(selection, connection)
      } catch (error) {
        drop()
        if (signal.aborted) throw error
      }
    }
    drop()
    const failures: KoffError[] = []
    for (const address of candidates(nodes, bootstrap)) {
      try {
        connection = await connectToBroker({ address, options: questionOptions, signal })
        return await ask(selection, connection)
      } catch (error) {
        drop()
        if (!(error instanceof KoffError) || !error.retriable || signal.aborted) throw error
        failures.push(error)
      }
    }
    throw combined(failures)
  }
  // One at a time: there is one connection for all, and the caller that finds it dead replaces it.
  let asking: Promise<unknown> = Promise.resolve()
  const metadata = (selection: TopicSelection, signal: AbortSignal) => {
    const asked = asking.then(() => askAnybody(selection, signal))
    asking = asked.catch(() => undefined)
    return asked
  }
  return {
    get id() {
      return id
    },
    get connection() {
      return connection
    },
    options,
    metadata,
    connect: async (node, signal, open = openSocket) => {
      const address = nodes.get(node)
      if (address === undefined) {
        throw new KoffError('BROKER_UNREACHABLE', `broker ${node} is currently not part of the cluster`, {
          retriable: true,
        })
      }
      return connectToBroker({ address, options, signal, open }).catch((error: unknown) => {
        throw isGiven(address) ? error : advertisedFailure(error, node, address)
      })
    },
    nodes: () => [...nodes.keys()],
    addressOf: node => {
      const address = nodes.get(node)
      return address === undefined ? `broker ${node}` : formatAddress(address)
    },
    close: drop,
  }
}

/** The address comes from the cluster, not from the user, who can only mend the broker or the listener. */
function advertisedFailure(error: unknown, node: number, address: Address): unknown {
  if (!(error instanceof KoffError) || error.code !== 'BROKER_UNREACHABLE') return error
  const reason = error.message.replace(`${formatAddress(address)}: `, '')
  const message =
    `broker ${node} cannot be reached at its advertised address ${formatAddress(address)}: ${reason}; if the broker is up, ` +
    'its advertised.listeners must name an address that this machine reaches'
  return new KoffError(error.code, message, { retriable: error.retriable, cause: error })
}

/** Short timeouts for brokers that are tried one after the other: together they take no longer than one may take. */
function forQuestions(options: BrokerOptions, brokers: number): BrokerOptions {
  const { connectTimeoutMs = defaultConnectTimeoutMs, requestTimeoutMs = defaultRequestTimeoutMs } = options
  const shareMs = Math.max(Math.min(1000, connectTimeoutMs), Math.ceil(connectTimeoutMs / brokers))
  return { ...options, connectTimeoutMs: shareMs, requestTimeoutMs: Math.min(requestTimeoutMs, connectTimeoutMs) }
}

/** The brokers of the last metadata before those of the configuration, each once. */
function candidates(nodes: ReadonlyMap<number, Address>, bootstrap: readonly Address[]): readonly Address[] {
  const all = [...nodes.values(), ...bootstrap]
  return [...new Map(all.map(address => [formatAddress(address), address])).values()]
}

function combined(failures: readonly KoffError[]): KoffError {
  const [first] = failures
  if (first !== undefined && failures.length === 1) return first
  const text = failures.map(({ message }) => message).join('; ')
  return new KoffError(first?.code ?? 'BROKER_UNREACHABLE', text, { retriable: true, cause: first })
}
