import { defineEvent } from '../definition.ts'
import { int, long, nullable, string } from '../schema.ts'

export const koffUndecodable = defineEvent({
  type: 'koff-undecodable',
  severity: 'warn',
  section: 'About koff itself',
  trigger:
    'A record, or a whole batch, that could not be read. koff reports it and continues after it. The event has the group in the key of the record where the key can be read, so that filters by group find it.',
  data: {
    partition: int('Partition of `__consumer_offsets`.'),
    position: long('Offset of the record, or where the unreadable batch begins.'),
    typeId: nullable(int('Record type, the first int16 of the key; null where it could not be read.')),
    version: nullable(int('Version of the value, its first int16; null where it could not be read.')),
    error: string('What could not be read, and why.'),
    key: nullable(
      string('The bytes of the key in base64; null where there is no key or the batch could not be opened.'),
    ),
    value: nullable(
      string('The bytes of the value in base64; null where there is no value or the batch could not be opened.'),
    ),
  },
})
