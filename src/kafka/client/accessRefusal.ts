import { KoffError } from '../../base/errors.ts'

/** The subject of a call, for its error message. */
export interface BrokerCall {
  readonly brokers: readonly string[]
  /** One topic, or several separated by commas. */
  readonly topic: string
  /** The operation on the topic; Write unless given. */
  readonly operation?: 'Read' | 'Write'
  readonly group?: string
  readonly transactionalId?: string
  /** True where the call creates the topic. */
  readonly creates?: boolean
}

/** The error for a call that the broker's authorizer denied, by Kafka's name of the error; null for other names. */
export function accessRefusal(name: string, call: BrokerCall, cause: unknown): KoffError | null {
  const refused = refusalOf(name, call)
  if (refused === null) return null
  const { operation, resource, resourceName, also = '' } = refused
  const flag = `--${resource.replace(' ', '-')} ${resourceName}`
  const cure = `allow it with kafka-acls --add --allow-principal User:… --operation ${operation} ${flag}`
  const what = `koff may not ${operation} ${resource} ${resourceName}${also}`
  return new KoffError('AUTHORIZATION_FAILED', `${clusterText(call)}: ${what}; ${cure}`, { cause })
}

export function clusterText({ brokers }: Pick<BrokerCall, 'brokers'>): string {
  return `Kafka at ${brokers.join(',')}`
}

interface Refusal {
  readonly operation: 'Read' | 'Write' | 'Create'
  readonly resource: 'topic' | 'group' | 'transactional id'
  readonly resourceName: string
  /** The other right that may be missing. */
  readonly also?: string
}

/** Read and Write imply Describe. */
function refusalOf(name: string, call: BrokerCall): Refusal | null {
  const { topic, operation = 'Write', group = '', transactionalId = '', creates = false } = call
  switch (name) {
    case 'GROUP_AUTHORIZATION_FAILED':
      return { operation: 'Read', resource: 'group', resourceName: group }
    case 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED':
      return { operation: 'Write', resource: 'transactional id', resourceName: transactionalId }
    case 'TOPIC_AUTHORIZATION_FAILED':
      if (!creates) return { operation, resource: 'topic', resourceName: topic }
      return { operation: 'Create', resource: 'topic', resourceName: topic, also: ', or not Describe it' }
    // An idempotent producer without rights on any topic gets the error of the cluster.
    case 'CLUSTER_AUTHORIZATION_FAILED':
      return { operation, resource: 'topic', resourceName: topic }
    default:
      return null
  }
}
