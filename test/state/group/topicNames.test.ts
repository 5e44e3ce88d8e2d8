import { expect, it } from 'vitest'
import { DeclaredNames } from '../../../src/state/group/topicNames.ts'

it('the names of topics that are gone are kept for ten thousand of them, those gone last', () => {
  const names = new DeclaredNames()
  names.learn('there', 'orders')
  for (let n = 0; n < 10_002; n++) {
    names.learn(`id${n}`, `t${n}`)
    names.retire(`id${n}`)
  }
  expect(names.size).toBe(10_001)
  expect(['there', 'id0', 'id1', 'id2'].map(id => names.nameOf(id))).toEqual(['orders', null, null, 't2'])
})

it('a topic that is there again keeps its name', () => {
  const names = new DeclaredNames()
  names.learn('a', 'orders')
  names.retire('a')
  names.learn('a', 'orders')
  for (let n = 0; n < 10_002; n++) {
    names.learn(`id${n}`, `t${n}`)
    names.retire(`id${n}`)
  }
  expect(names.nameOf('a')).toBe('orders')
})
