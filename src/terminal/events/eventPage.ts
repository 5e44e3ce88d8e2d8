import { ranges } from '../../base/ranges.ts'
import { terminalText } from '../../base/terminalText.ts'
import { withInt64 } from '../../coordinator/jsonValue.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import type { TopicPartitions } from '../../events/shapes.ts'
import { localTime, zoneText } from '../clock.ts'
import type { View } from '../output.ts'
import { topicName } from '../words.ts'
import { wrapText } from '../wrap.ts'

/** An event in full: a line a field, lists below each other. */
export function eventPage(event: KoffEvent, { ink, width }: View): string {
  const { id, type, group, groupType, time, severity, source, part, parts, data } = event
  const lines: string[] = []
  const add = (depth: number, key: string, text: string) => {
    const indent = '  '.repeat(depth)
    lines.push(...wrapText(`${indent}${ink('bold', key)}  ${text}`, { width, indent: indent.length + 4 }))
  }
  const addValue = (depth: number, key: string, value: unknown): void => {
    if (isPartitionList(value)) return add(depth, key, partitionsText(value))
    if (Array.isArray(value) && value.some(isObject)) {
      add(depth, key, '')
      for (const item of value) {
        const [first, ...others] = isObject(item) ? Object.entries(item) : []
        if (first === undefined) add(depth + 1, '-', scalarText(item))
        else addValue(depth + 1, `- ${first[0]}`, first[1])
        for (const [name, inner] of others) addValue(depth + 2, name, inner)
      }
      return undefined
    }
    if (Array.isArray(value)) return add(depth, key, value.map(scalarText).join(', ') || 'none')
    if (isObject(value)) {
      add(depth, key, '')
      for (const [name, inner] of Object.entries(value)) addValue(depth + 1, name, inner)
      return undefined
    }
    return add(depth, key, scalarText(value))
  }
  add(0, type, `${group === '' ? 'koff' : terminalText(group)} (${groupType})`)
  add(1, 'time', `${localTime(time) ?? 'not known'} ${zoneText(time)}`)
  add(1, 'severity', severity)
  add(1, 'id', id)
  add(1, 'source', `__consumer_offsets[${source.partition}] at offset ${source.offset}`)
  if (parts > 1) add(1, 'part', `${part} of ${parts}`)
  for (const [key, value] of Object.entries(data)) addValue(1, key, value)
  return lines.map(line => `${line.trimEnd()}\n`).join('')
}

function scalarText(value: unknown): string {
  if (value === null || value === undefined) return 'not known'
  if (typeof value === 'string') return value === '' ? '(empty)' : terminalText(value)
  return terminalText(JSON.stringify(value, withInt64))
}

function partitionsText(partitions: readonly TopicPartitions[]): string {
  return partitions.map(one => `${topicName(one)}[${ranges(one.partitions, ',')}]`).join(' ') || 'none'
}

function isPartitionList(value: unknown): value is readonly TopicPartitions[] {
  return Array.isArray(value) && value.every(item => isObject(item) && 'partitions' in item && 'topicId' in item)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
