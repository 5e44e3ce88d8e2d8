import { expect, test } from 'vitest'
import { KoffError } from '../../../../src/base/errors.ts'
import { awaitSchemas } from '../../../../src/sinks/kafka/exactlyOnce/awaitSchemas.ts'

const { signal: closing } = new AbortController()

function place(failures: readonly unknown[]) {
  const left = [...failures]
  const begun: unknown[] = []
  const encoder = {
    prepare: async () => {
      if (left.length > 0) throw left.shift()
    },
  }
  const outages = { begin: (...how: readonly unknown[]) => void begun.push(how) }
  return { begun, options: { encoder, outages, partition: 3, closing } }
}

test('a partition waits until the registry has the schemas of its events, and its outage says why', async () => {
  const down = new KoffError('REGISTRY_UNREACHABLE', 'the registry is down', { retriable: true })
  const { begun, options } = place([down, down])
  await awaitSchemas([], options)
  expect(begun).toEqual([
    ['delivery', [3], 'the registry is down'],
    ['delivery', [3], 'the registry is down'],
  ])
})

test('a mistake of koff itself is not repeated', async () => {
  const { begun, options } = place([new TypeError('a mistake')])
  await expect(awaitSchemas([], options)).rejects.toThrow('a mistake')
  expect(begun).toEqual([])
})
