import { columnsOf, inColumns, shortened, terminalText } from '../base/terminalText.ts'
import { type CoordinatorRecord, type Decoded, groupOf } from '../coordinator/decode.ts'
import { type LogPosition, recordJson } from '../coordinator/json.ts'
import type { Json, JsonObject } from '../coordinator/jsonValue.ts'
import { localTime, zoneText } from '../terminal/clock.ts'
import type { View } from '../terminal/output.ts'
import { ShortNames } from '../terminal/shortNames.ts'
import { wrapText } from '../terminal/wrap.ts'
import type { LineFormat } from './recordLines.ts'

/** Records for people: time, place in the log, group, type, and then what Kafka says, field by field. */
export function humanFormat({ ink, format, width }: View): LineFormat {
  const most = format === 'wide' ? 249 : width < 110 ? 20 : 32
  const names = new ShortNames(most)
  let groupColumns = 12
  let isZoneSaid = false

  function line(position: LogPosition, group: string, type: string, text: string): string {
    const name = names.of(terminalText(group))
    groupColumns = Math.max(groupColumns, columnsOf(name))
    const place = `${position.partition}@${position.offset}`
    const zone = isZoneSaid ? '' : `${ink('dim', `── times in ${zoneText(position.timestamp)} ──`)}\n`
    isZoneSaid = true
    const parts = [
      ink('dim', localTime(position.timestamp) ?? 'no time'.padEnd(23)),
      ink('dim', place.padEnd(10)),
      ink('cyan', inColumns(name, groupColumns)),
      ink('bold', type),
      text,
    ]
    return `${zone}${wrapText(parts.join('  '), { width, indent: 4 }).join('\n')}\n`
  }

  return {
    record(position, decoded) {
      if (decoded.kind === 'record') return line(position, groupOf(decoded), decoded.type, textOf(decoded))
      return line(
        position,
        decoded.group ?? '',
        decoded.type ?? `type ${decoded.typeId ?? '?'}`,
        ink('red', faultText(decoded)),
      )
    },
    control: (position, { control, producerId }) => line(position, '', control, ink('dim', `producerId=${producerId}`)),
    fault({ partition, offset, code, reason }) {
      return `${ink('red', `partition ${partition}, offset ${offset ?? 'unknown'}: ${code}: ${terminalText(reason)}`)}\n`
    },
  }

  function textOf(record: CoordinatorRecord): string {
    const { key, value, embedded } = recordJson(record)
    const { group: _group, groupId: _groupId, ...place } = key as JsonObject
    const what = value === null ? ink('yellow', 'deleted') : fields(withEmbedded(value as JsonObject, embedded))
    const dialect = record.dialect === 'kafka' ? '' : ink('dim', `(${record.dialect})`)
    return [dialect, [fields(place), what].filter(part => part !== '').join(' → ')]
      .filter(part => part !== '')
      .join(' ')
  }
}

function faultText({ part, code, position, reason }: Extract<Decoded, { readonly kind: 'undecodable' }>): string {
  return terminalText(`${code} in the ${part}, byte ${position}: ${reason}`)
}

/** A classic member's bytes as what they say, where koff can read them. */
function withEmbedded(value: JsonObject, embedded: Json | undefined): JsonObject {
  const { members } = value
  if (!isList(embedded) || !isList(members)) return value
  return {
    ...value,
    members: members.map((member, index) => {
      const parts = embedded[index]
      if (!isObject(member) || !isObject(parts)) return member
      return { ...member, subscription: said(parts.subscription), assignment: said(parts.assignment) }
    }),
  }
}

function said(part: Json | undefined): Json {
  if (!isObject(part)) return null
  return part.data ?? (part.empty === true ? null : part)
}

function fields(object: JsonObject): string {
  return Object.entries(object)
    .map(([name, value]) => `${name}=${shown(value)}`)
    .join(' ')
}

function shown(value: Json): string {
  if (typeof value !== 'string') return terminalText(JSON.stringify(value))
  return /^[\w.:/-]+$/.test(value) ? value : terminalText(JSON.stringify(shortened(value, 200)))
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value)
}
