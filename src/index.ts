/*
 * koff as a library. What is exported here is kept; what is not may change with any version. See docs/library.md.
 */

export type { BrokerOptions, SaslOptions, TlsOptions } from './cluster/brokerOptions.ts'
export { type ErrorCode, errorCodes, KoffError } from './errors.ts'
// Events
export type { EventDefinition } from './events/definition.ts'
export {
  definitionOf,
  definitions,
  type EventData,
  type EventType,
  eventTypes,
  isEventType,
  offByDefault,
} from './events/definitions.ts'
export type { EventGroupType, EventSource, GroupType, Int64, KoffEvent, Severity } from './events/envelope.ts'
export { eventLine } from './events/ndjson.ts'
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
// Pipelines
export { applyPipeline } from './pipelines/applyPipeline.ts'
export {
  definePipeline,
  type EventSelector,
  type Pipeline,
  type PipelineDefinition,
  type PipelineFilter,
  type PipelineOperator,
} from './pipelines/definePipeline.ts'
export type {
  BullmqSpec,
  HistorySpec,
  KafkaSpec,
  RedisSpec,
  RegistrySpec,
  SinkSpec,
  StdoutSpec,
  TlsSpec,
} from './pipelines/sinkSpec.ts'
// Sources, sinks and what drives them
export { type EngineOptions, runEngine } from './runtime/engine.ts'
// From inputs to events
export { Fold, type FoldOptions, type History } from './runtime/fold.ts'
export type { Log, LogFields, LogLine } from './runtime/log.ts'
export type { RegistryOptions } from './runtime/registry/options.ts'
export type { Sink } from './runtime/sink.ts'
export type { Source } from './runtime/source.ts'
export type { AvroJob } from './sinks/bullmq/job.ts'
export { type BullmqSinkOptions, bullmqSink } from './sinks/bullmq/sink.ts'
export { type HistorySinkOptions, historySink } from './sinks/history/sink.ts'
export { type KafkaSinkOptions, kafkaSink } from './sinks/kafka/sink.ts'
export { type StdoutSink, type StdoutSinkOptions, stdoutSink } from './sinks/stdout/sink.ts'
export { type KafkaSourceOptions, openKafkaSource } from './sources/kafka/source.ts'
export { type OpenFilesOptions, openFiles } from './sources/openFiles.ts'
export type { Input } from './state/input.ts'
export type { GroupView, MemberView } from './state/view.ts'
export type { BatchFault, RecordBatch } from './wire/batch.ts'
export type { ConsumerProtocolAssignment, ConsumerProtocolSubscription } from './wire/consumerProtocol.ts'
export type { CoordinatorRecord, RecordOf, RecordType, Undecodable } from './wire/decode.ts'
