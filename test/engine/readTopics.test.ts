import { expect, it } from 'vitest'
import { Fold } from '../../src/engine/fold.ts'
import { apply } from '../../src/pipeline/apply.ts'
import { batchOf, classicOf, commitOf } from '../state/batchOf.ts'

const everyGroup = () => true

it('are the partitions that groups commit to, each once, of the groups that are wanted', () => {
  const fold = new Fold({ cluster: '', history: 'none' })
  const commits = [commitOf('a', 'orders', 0, 5), commitOf('b', 'orders', 0, 7), commitOf('b', 'bills', 2, 1)]
  apply(fold, { kind: 'batch', batch: batchOf(commits) })
  const orders = { topic: 'orders', partition: 0 }
  expect(fold.reads.committed(everyGroup)).toEqual([orders, { topic: 'bills', partition: 2 }])
  expect(fold.reads.committed(group => group === 'a')).toEqual([orders])
})

it('are computed again only where offsets come or go', () => {
  const fold = new Fold({ cluster: '', history: 'none' })
  let baseOffset = 0
  const committed = (partition: number, offset: number | null) => {
    apply(fold, {
      kind: 'batch',
      batch: batchOf([commitOf('a', 'orders', partition, offset)], { baseOffset: baseOffset++ }),
    })
    return fold.reads.committed(everyGroup)
  }
  const first = committed(0, 5)
  expect(committed(0, 6)).toBe(first)
  expect(committed(1, 1)).toHaveLength(2)
  expect(committed(0, null)).toEqual([{ topic: 'orders', partition: 1 }])
})

it('are the topics that members subscribe to, of the groups that are wanted', () => {
  const fold = new Fold({ cluster: '', history: 'none' })
  const member = (id: string, ...topics: string[]) => ({ id, topics })
  const groups = [
    classicOf('a', 1, [member('m', 'orders', 'bills')]),
    classicOf('b', 1, [member('n', 'orders', 'mails')]),
  ]
  apply(fold, { kind: 'batch', batch: batchOf(groups) })
  expect(fold.reads.subscribed(everyGroup)).toEqual(['bills', 'orders', 'mails'])
  expect(fold.reads.subscribed(group => group === 'b')).toEqual(['mails', 'orders'])
})
