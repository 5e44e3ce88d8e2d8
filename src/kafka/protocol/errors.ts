/** An error code of Kafka's protocol. */
export interface KafkaErrorCode {
  readonly code: number
  readonly name: ErrorName
  /** The same request can succeed later without a change: Kafka's RetriableException. */
  readonly retriable: boolean
  /** What it means, for people. */
  readonly text: string
}

/** A response that consists of an error code only. */
export class ProtocolError extends Error {
  readonly errorCode: number

  constructor(errorCode: number) {
    super(errorName(errorCode))
    this.errorCode = errorCode
  }
}

/** The row of a code; for a code that is newer than this table, safe assumptions. */
export function kafkaError(code: number): Omit<KafkaErrorCode, 'name'> & { readonly name: string } {
  return byCode.get(code) ?? { code, name: `error ${code}`, retriable: false, text: 'unknown to this version of koff' }
}

/** Kafka's name of an error code. */
export function errorName(code: number): string {
  return kafkaError(code).name
}

export type ErrorName = (typeof table)[number][1]

/** Code, name, whether it is retriable, text: the codes of Kafka 4.3.0 (org.apache.kafka.common.protocol.Errors). */
const table = [
  [-1, 'UNKNOWN_SERVER_ERROR', false, 'unexpected error in the broker; its log says more'],
  [0, 'NONE', false, 'no error'],
  [1, 'OFFSET_OUT_OF_RANGE', false, 'the log does not hold this offset'],
  [2, 'CORRUPT_MESSAGE', true, 'a record fails its checksum or is otherwise corrupt'],
  [3, 'UNKNOWN_TOPIC_OR_PARTITION', true, 'this broker does not host the topic or partition'],
  [4, 'INVALID_FETCH_SIZE', false, 'invalid fetch size'],
  [5, 'LEADER_NOT_AVAILABLE', true, 'the partition has no leader, an election is under way'],
  [6, 'NOT_LEADER_OR_FOLLOWER', true, 'this broker does not lead the partition'],
  [7, 'REQUEST_TIMED_OUT', true, 'the broker timed out'],
  [8, 'BROKER_NOT_AVAILABLE', false, 'the broker is not available'],
  [9, 'REPLICA_NOT_AVAILABLE', true, 'the replica is not available'],
  [10, 'MESSAGE_TOO_LARGE', false, 'a message is larger than max.message.bytes'],
  [11, 'STALE_CONTROLLER_EPOCH', false, 'the controller moved to another broker'],
  [12, 'OFFSET_METADATA_TOO_LARGE', false, 'the metadata of an offset commit is too large'],
  [13, 'NETWORK_EXCEPTION', true, 'the server disconnected before a response was received'],
  [14, 'COORDINATOR_LOAD_IN_PROGRESS', true, 'the coordinator is loading'],
  [15, 'COORDINATOR_NOT_AVAILABLE', true, 'the coordinator is not available'],
  [16, 'NOT_COORDINATOR', true, 'this broker is not the coordinator'],
  [17, 'INVALID_TOPIC_EXCEPTION', false, 'invalid topic name'],
  [18, 'RECORD_LIST_TOO_LARGE', false, 'a record batch is larger than segment.bytes'],
  [19, 'NOT_ENOUGH_REPLICAS', true, 'fewer replicas are in sync than min.insync.replicas'],
  [20, 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', true, 'written, but fewer replicas are in sync than min.insync.replicas'],
  [21, 'INVALID_REQUIRED_ACKS', false, 'invalid value for acks'],
  [22, 'ILLEGAL_GENERATION', false, 'the group has another generation'],
  [23, 'INCONSISTENT_GROUP_PROTOCOL', false, 'the protocols of the member do not fit those of the group'],
  [24, 'INVALID_GROUP_ID', false, 'invalid group id'],
  [25, 'UNKNOWN_MEMBER_ID', false, 'the coordinator does not know the member'],
  [26, 'INVALID_SESSION_TIMEOUT', false, "the session timeout is outside of the broker's limits"],
  [27, 'REBALANCE_IN_PROGRESS', false, 'the group is rebalancing'],
  [28, 'INVALID_COMMIT_OFFSET_SIZE', false, 'the offset commit is too large'],
  [29, 'TOPIC_AUTHORIZATION_FAILED', false, 'not authorized to access the topic'],
  [30, 'GROUP_AUTHORIZATION_FAILED', false, 'not authorized to access the group'],
  [31, 'CLUSTER_AUTHORIZATION_FAILED', false, 'not authorized to access the cluster'],
  [32, 'INVALID_TIMESTAMP', false, 'the timestamp of a record is out of range'],
  [33, 'UNSUPPORTED_SASL_MECHANISM', false, 'the broker does not offer this SASL mechanism'],
  [34, 'ILLEGAL_SASL_STATE', false, 'the request does not fit the state of the SASL exchange'],
  [35, 'UNSUPPORTED_VERSION', false, 'the broker does not speak this version of the request'],
  [36, 'TOPIC_ALREADY_EXISTS', false, 'the topic exists already'],
  [37, 'INVALID_PARTITIONS', false, 'invalid number of partitions'],
  [38, 'INVALID_REPLICATION_FACTOR', false, 'the replication factor is below 1 or above the number of brokers'],
  [39, 'INVALID_REPLICA_ASSIGNMENT', false, 'invalid replica assignment'],
  [40, 'INVALID_CONFIG', false, 'invalid configuration'],
  [41, 'NOT_CONTROLLER', true, 'this broker is not the controller'],
  [42, 'INVALID_REQUEST', false, "malformed request; the broker's log says more"],
  [43, 'UNSUPPORTED_FOR_MESSAGE_FORMAT', false, 'the message format of the log does not support the request'],
  [44, 'POLICY_VIOLATION', false, 'a policy of the cluster forbids it'],
  [45, 'OUT_OF_ORDER_SEQUENCE_NUMBER', false, 'a sequence number is missing'],
  [46, 'DUPLICATE_SEQUENCE_NUMBER', false, 'the broker has this batch already'],
  [47, 'INVALID_PRODUCER_EPOCH', false, 'another producer now uses the transactional id'],
  [48, 'INVALID_TXN_STATE', false, 'the transaction is not in a state that allows it'],
  [49, 'INVALID_PRODUCER_ID_MAPPING', false, 'the producer id does not belong to the transactional id'],
  [50, 'INVALID_TRANSACTION_TIMEOUT', false, 'the transaction timeout is above transaction.max.timeout.ms'],
  [51, 'CONCURRENT_TRANSACTIONS', true, 'another operation on the same transaction is under way'],
  [52, 'TRANSACTION_COORDINATOR_FENCED', false, 'another transaction coordinator took over'],
  [53, 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED', false, 'not authorized to use the transactional id'],
  [54, 'SECURITY_DISABLED', false, 'security is disabled'],
  [55, 'OPERATION_NOT_ATTEMPTED', false, 'not attempted, because another part of the request failed'],
  [56, 'KAFKA_STORAGE_ERROR', true, 'disk error in the broker'],
  [57, 'LOG_DIR_NOT_FOUND', false, 'the broker has no such log directory'],
  [58, 'SASL_AUTHENTICATION_FAILED', false, 'authentication failed'],
  [59, 'UNKNOWN_PRODUCER_ID', false, 'the broker does not know the producer id'],
  [60, 'REASSIGNMENT_IN_PROGRESS', false, 'a reassignment is in progress'],
  [61, 'DELEGATION_TOKEN_AUTH_DISABLED', false, 'delegation tokens are not enabled'],
  [62, 'DELEGATION_TOKEN_NOT_FOUND', false, 'unknown delegation token'],
  [63, 'DELEGATION_TOKEN_OWNER_MISMATCH', false, 'the delegation token belongs to another user'],
  [64, 'DELEGATION_TOKEN_REQUEST_NOT_ALLOWED', false, 'delegation tokens cannot be requested over this connection'],
  [65, 'DELEGATION_TOKEN_AUTHORIZATION_FAILED', false, 'not authorized to use the delegation token'],
  [66, 'DELEGATION_TOKEN_EXPIRED', false, 'the delegation token is expired'],
  [67, 'INVALID_PRINCIPAL_TYPE', false, 'this type of principal is not supported'],
  [68, 'NON_EMPTY_GROUP', false, 'the group is not empty'],
  [69, 'GROUP_ID_NOT_FOUND', false, 'there is no such group'],
  [70, 'FETCH_SESSION_ID_NOT_FOUND', true, 'unknown fetch session'],
  [71, 'INVALID_FETCH_SESSION_EPOCH', true, 'invalid epoch of the fetch session'],
  [72, 'LISTENER_NOT_FOUND', true, 'the leader has no matching listener'],
  [73, 'TOPIC_DELETION_DISABLED', false, 'topic deletion is disabled'],
  [74, 'FENCED_LEADER_EPOCH', true, "the leader epoch is older than the broker's"],
  [75, 'UNKNOWN_LEADER_EPOCH', true, "the leader epoch is newer than the broker's"],
  [76, 'UNSUPPORTED_COMPRESSION_TYPE', false, 'this version of the request does not support the compression type'],
  [77, 'STALE_BROKER_EPOCH', false, 'the epoch of the broker has changed'],
  [78, 'OFFSET_NOT_AVAILABLE', true, 'a new leader does not know its high watermark yet'],
  [79, 'MEMBER_ID_REQUIRED', false, 'the member needs an id to join'],
  [80, 'PREFERRED_LEADER_NOT_AVAILABLE', true, 'the preferred leader is not available'],
  [81, 'GROUP_MAX_SIZE_REACHED', false, 'the group has reached its maximum size'],
  [82, 'FENCED_INSTANCE_ID', false, 'another member uses the same group.instance.id'],
  [83, 'ELIGIBLE_LEADERS_NOT_AVAILABLE', true, 'no eligible leader is available'],
  [84, 'ELECTION_NOT_NEEDED', true, 'no election is needed'],
  [85, 'NO_REASSIGNMENT_IN_PROGRESS', false, 'no reassignment is in progress'],
  [86, 'GROUP_SUBSCRIBED_TO_TOPIC', false, 'the group is subscribed to the topic'],
  [87, 'INVALID_RECORD', false, 'the broker rejects a record as invalid'],
  [88, 'UNSTABLE_OFFSET_COMMIT', true, 'offsets of open transactions are pending'],
  [89, 'THROTTLING_QUOTA_EXCEEDED', true, 'a quota is exceeded'],
  [90, 'PRODUCER_FENCED', false, 'a newer producer uses the transactional id'],
  [91, 'RESOURCE_NOT_FOUND', false, 'the request refers to a resource that does not exist'],
  [92, 'DUPLICATE_RESOURCE', false, 'the request refers to a resource twice'],
  [93, 'UNACCEPTABLE_CREDENTIAL', false, 'the credential does not meet the requirements'],
  [94, 'INCONSISTENT_VOTER_SET', false, 'not one of the expected voters'],
  [95, 'INVALID_UPDATE_VERSION', false, 'invalid update version'],
  [96, 'FEATURE_UPDATE_FAILED', false, 'features could not be updated'],
  [97, 'PRINCIPAL_DESERIALIZATION_FAILURE', false, 'the principal could not be deserialized'],
  [98, 'SNAPSHOT_NOT_FOUND', false, 'there is no such snapshot'],
  [99, 'POSITION_OUT_OF_RANGE', false, 'the position is outside of the snapshot'],
  [100, 'UNKNOWN_TOPIC_ID', true, 'this broker does not host the topic id'],
  [101, 'DUPLICATE_BROKER_REGISTRATION', false, 'the broker id is in use'],
  [102, 'BROKER_ID_NOT_REGISTERED', false, 'the broker id is not registered'],
  [103, 'INCONSISTENT_TOPIC_ID', true, 'the topic id differs from that of the log'],
  [104, 'INCONSISTENT_CLUSTER_ID', false, 'the cluster id differs'],
  [105, 'TRANSACTIONAL_ID_NOT_FOUND', false, 'there is no such transactional id'],
  [106, 'FETCH_SESSION_TOPIC_ID_ERROR', true, 'topic ids are used inconsistently in the fetch session'],
  [107, 'INELIGIBLE_REPLICA', false, 'a replica is ineligible'],
  [108, 'NEW_LEADER_ELECTED', false, 'the leader has changed'],
  [109, 'OFFSET_MOVED_TO_TIERED_STORAGE', false, 'the offset is in tiered storage'],
  [110, 'FENCED_MEMBER_EPOCH', false, 'the member epoch is fenced'],
  [111, 'UNRELEASED_INSTANCE_ID', false, 'another member still uses the instance id'],
  [112, 'UNSUPPORTED_ASSIGNOR', false, 'the group does not support the assignor'],
  [113, 'STALE_MEMBER_EPOCH', false, 'the member epoch is stale'],
  [114, 'MISMATCHED_ENDPOINT_TYPE', false, 'the endpoint is of the wrong type'],
  [115, 'UNSUPPORTED_ENDPOINT_TYPE', false, 'this endpoint type is not supported'],
  [116, 'UNKNOWN_CONTROLLER_ID', false, 'unknown controller id'],
  [117, 'UNKNOWN_SUBSCRIPTION_ID', false, 'unknown telemetry subscription'],
  [118, 'TELEMETRY_TOO_LARGE', false, 'too much telemetry'],
  [119, 'INVALID_REGISTRATION', false, 'invalid registration'],
  [120, 'TRANSACTION_ABORTABLE', false, 'the transaction can only be aborted'],
  [121, 'INVALID_RECORD_STATE', false, 'invalid state of a record in a share group'],
  [122, 'SHARE_SESSION_NOT_FOUND', true, 'unknown share session'],
  [123, 'INVALID_SHARE_SESSION_EPOCH', true, 'invalid epoch of the share session'],
  [124, 'FENCED_STATE_EPOCH', false, 'the state epoch of the share group differs'],
  [125, 'INVALID_VOTER_KEY', false, 'the key of the voter differs'],
  [126, 'DUPLICATE_VOTER', false, 'the voter exists already'],
  [127, 'VOTER_NOT_FOUND', false, 'there is no such voter'],
  [128, 'INVALID_REGULAR_EXPRESSION', false, 'invalid regular expression'],
  [129, 'REBOOTSTRAP_REQUIRED', false, 'the client has to bootstrap again'],
  [130, 'STREAMS_INVALID_TOPOLOGY', false, 'invalid topology'],
  [131, 'STREAMS_INVALID_TOPOLOGY_EPOCH', false, 'invalid topology epoch'],
  [132, 'STREAMS_TOPOLOGY_FENCED', false, 'the topology epoch is outdated'],
  [133, 'SHARE_SESSION_LIMIT_REACHED', true, 'the limit of share sessions is reached'],
] as const

const byCode: ReadonlyMap<number, KafkaErrorCode> = new Map(
  table.map(([code, name, retriable, text]) => [code, { code, name, retriable, text }]),
)

/** The code of each name. */
export const codes = Object.fromEntries(table.map(([code, name]) => [name, code])) as Readonly<
  Record<ErrorName, number>
>
