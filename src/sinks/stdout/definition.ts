import { z } from 'zod'
import { section } from '../../config/values/values.ts'
import { defineSink } from '../definition.ts'

export const stdout = defineSink({
  type: 'stdout',
  schema: () =>
    section({
      type: z.literal('stdout').describe('Lines on standard output.'),
      format: z
        .enum(['auto', 'human', 'json'])
        .default('auto')
        .describe('`auto`: readable lines on a terminal, one JSON object a line elsewhere.'),
    }),
  nameOf: ({ type }) => type,
  async open({ format }, { stdout: stream, endsWith }) {
    const { stdoutSink } = await import('./sink.ts')
    const sink = stdoutSink({ stream, format })
    endsWith(sink.closed)
    return sink
  },
})
