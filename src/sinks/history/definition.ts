import { resolve } from 'node:path'
import { z } from 'zod'
import { section, text } from '../../config/values/values.ts'
import { defineSink } from '../definition.ts'

export const history = defineSink({
  type: 'history',
  schema: ({ home }) =>
    section({
      type: z.literal('history').describe('A history that `koff history` answers from, each event once.'),
      file: text.transform(file => resolve(home, file)).describe('The file, made if it is missing.'),
    }),
  nameOf: ({ type }) => type,
  async open({ file }, { retried, deliveryTimeoutMs }) {
    const { historySink } = await import('./sink.ts')
    return historySink({ file, retried, deliveryTimeoutMs })
  },
})
