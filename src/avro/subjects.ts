import type { EventType } from '../events/definitions.ts'
import { fullName } from '../events/eventRecord.ts'

/** The strategies that select the subject of a schema, as in Confluent's serializers. */
export type SubjectStrategy = 'topic' | 'record' | 'topic-record'

export const subjectStrategies = ['topic', 'record', 'topic-record'] as const satisfies readonly SubjectStrategy[]

export interface EventSubjectOptions {
  /** `topic` where a topic has one type, else `topic-record`, unless given. */
  readonly subjects?: SubjectStrategy | undefined
  readonly topicOf: (type: EventType) => string
  /** True where each topic has events of one type. */
  readonly isOneType: boolean
}

/** The subject of each type. */
export function eventSubject({ subjects, topicOf, isOneType }: EventSubjectOptions): (type: EventType) => string {
  const strategy = subjects ?? (isOneType ? 'topic' : 'topic-record')
  return type => subjectOf(strategy, topicOf(type), fullName(type))
}

/** `record` is the full name of the record. */
export function subjectOf(strategy: SubjectStrategy, topic: string, record: string): string {
  switch (strategy) {
    case 'topic':
      return `${topic}-value`
    case 'record':
      return record
    case 'topic-record':
      return `${topic}-${record}`
  }
}
