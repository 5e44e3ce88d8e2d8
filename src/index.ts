/*
 * koff as a library. What is exported here is kept; what is not may change with any version. See docs/library.md.
 */

export type { RegistryOptions } from './avro/options.ts'
export { type ErrorCode, errorCodes, KoffError } from './base/errors.ts'
export type { Log, LogFields, LogLine } from './base/log.ts'
export type { EventSelector } from './config/eventPatterns.ts'
export type { ConsumerProtocolAssignment, ConsumerProtocolSubscription } from './coordinator/consumerProtocol.ts'
export type { CoordinatorRecord, RecordOf, RecordType, Undecodable } from './coordinator/decode.ts'
// Sources, sinks and what drives them
// From inputs to events
export { Fold, type FoldOptions, type History } from './engine/fold.ts'
export type { Sink } from './engine/sink.ts'
export type { Source } from './engine/source.ts'
// Events
export type { EventDefinition } from './events/definition.ts'
export {
  definitionOf,
  type EventData,
  type EventType,
  eventTypes,
  isEventType,
  offByDefault,
} from './events/definitions.ts'
export type {
  EventGroupType,
  EventSource,
  GroupType,
  Int64,
  KoffEvent,
  RecordPlace,
  Severity,
} from './events/envelope.ts'
export { eventLine } from './events/ndjson.ts'
export { definitions } from './events/registry.ts'
export type { BrokerOptions, SaslOptions, TlsOptions } from './kafka/net/brokerOptions.ts'
export type { BatchFault, RecordBatch } from './kafka/records/batch.ts'
// Records of __consumer_offsets, as they come
export { type Consumer, type ConsumerOptions, createConsumer, type PartitionProgress } from './library/consumer.ts'
export {
  type CompleteGroupMetadata,
  decode,
  type GroupMember,
  type GroupMessage,
  type GroupMetadata,
  isComplete,
  type Message,
  type OffsetCommit,
  type OffsetMessage,
  type RecordMessage,
  type UndecodableMessage,
} from './library/decode.ts'
export type { ConsumerMessage, FaultMessage, MarkerMessage, ReadRecord, Transaction } from './library/messages.ts'
export { type EventsOptions, events$, groups$, records$, type SourceOptions } from './library/observables.ts'
// The way of data
export { apply } from './pipeline/apply.ts'
export { type ToSinksOptions, toSinks } from './pipeline/toSinks.ts'
// Pipelines
export { applyPipeline } from './pipelines/applyPipeline.ts'
export {
  definePipeline,
  type Pipeline,
  type PipelineDefinition,
  type PipelineOperator,
} from './pipelines/definePipeline.ts'
export type { AvroJob } from './sinks/bullmq/job.ts'
export { type BullmqSinkOptions, bullmqSink } from './sinks/bullmq/sink.ts'
export type { SinkSpec } from './sinks/configured.ts'
export { type HistorySinkOptions, historySink } from './sinks/history/sink.ts'
export { type KafkaSinkOptions, kafkaSink } from './sinks/kafka/sink.ts'
export { type StdoutSink, type StdoutSinkOptions, stdoutSink } from './sinks/stdout/sink.ts'
export { type WebhookSinkOptions, webhookSink } from './sinks/webhook/sink.ts'
export { type KafkaSourceOptions, openKafkaSource } from './sources/kafka/source.ts'
export { type OpenFilesOptions, openFiles } from './sources/openFiles.ts'
export type { GroupView, MemberView } from './state/group/view.ts'
export type { Input } from './state/input.ts'
