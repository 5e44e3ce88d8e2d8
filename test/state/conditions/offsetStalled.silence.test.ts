import { expect, it } from 'vitest'
import { busy, type Case, run } from './stalls.ts'
import { consumer, member } from './world.ts'

const silence: Case[] = [
  { name: 'an idle topic', play: w => busy(w).every10(600, w => w.sample({ 0: 100 })), said: [] },
  {
    name: 'an idle topic whose consumer commits the same offset again and again',
    play: w => busy(w).every10(600, w => w.commit({ 0: 100 }).sample({ 0: 100 })),
    said: [],
  },
  {
    name: 'always a little behind, always moving',
    play: w => busy(w).every10(600, (w, s) => w.commit({ 0: 100 + s }).sample({ 0: 150 + s })),
    said: [],
  },
  {
    name: 'one commit gone missing',
    play: w => busy(w).every10(600, (w, s) => (s % 60 < 50 ? w.commit({ 0: 100 + s }) : w).sample({ 0: 150 + s })),
    said: [],
  },
  {
    name: 'commits that come just in time',
    play: w => busy(w).every10(600, (w, s) => (s % 60 === 0 ? w.commit({ 0: 100 + s }) : w).sample({ 0: 1_000 })),
    said: [],
  },
  {
    name: 'samples that are older than the commits',
    play: w => busy(w).every10(600, (w, s) => w.commit({ 0: 100 + s }).sample({ 0: 95 + s }, 5)),
    said: [],
  },
  {
    name: 'at the start, before a full window was seen, however old the commit is',
    play: w =>
      busy(w)
        .wait(86_400)
        .every10(60, w => w.sample({ 0: 120 })),
    said: [],
  },
  {
    name: 'a rebalance that completes within its timeout, and then the members get on',
    play: w => {
      const timeout = { rebalanceTimeoutMs: 300_000 }
      w.epoch(2, { a: consumer(2, [0], timeout) })
        .commit({ 0: 100 })
        .wait(5)
      w.epoch(3, { b: { epoch: 3, ...timeout } })
      w.every10(100, w => w.sample({ 0: 120 }))
      w.members({ a: consumer(3, [0], timeout) })
      w.every10(50, w => w.sample({ 0: 120 }))
      w.commit({ 0: 120 })
      w.every10(100, w => w.sample({ 0: 120 }))
    },
    said: [],
  },
  {
    name: 'a classic rebalance has just completed',
    play: w => {
      busy(w).every10(50, w => w.sample({ 0: 120 }))
      w.wait(5).generation(2, member('a', [0]), member('b', [1]))
      w.every10(50, w => w.sample({ 0: 120 }))
      w.commit({ 0: 120 })
    },
    said: [],
  },
  {
    name: 'a group that is empty for long, whatever is produced',
    play: w => {
      busy(w).generation(2).wait(3_600)
      w.every10(600, (w, s) => w.sample({ 0: 120 + s }))
    },
    said: [],
  },
  {
    name: 'a nightly job that returns to records produced in the meantime',
    play: w => {
      busy(w).generation(2)
      w.every10(600, (w, s) => w.sample({ 0: 120 + s }))
      w.generation(3, member('b', [0, 1]))
      w.every10(60, w => w.sample({ 0: 1_000 }))
      w.commit({ 0: 1_000 })
      w.every10(60, w => w.sample({ 0: 1_000 }))
    },
    said: [],
  },
  {
    name: 'an abandoned simple group',
    play: w =>
      w
        .commit({ 0: 5 })
        .wait(3_600)
        .every10(600, (w, s) => w.sample({ 0: 120 + s })),
    said: [],
  },
  {
    name: 'a partition that a job gave up, in a group that had members',
    play: w => {
      busy(w).generation(2).wait(10)
      w.every10(60, (w, s) => w.commit({ 0: 100 + s, 1: s }).sample({ 0: 100 + s, 1: s }))
      w.every10(600, (w, s) => w.commit({ 1: 60 + s }).sample({ 0: s < 120 ? 160 : 200, 1: 60 + s }))
    },
    said: [],
  },
  {
    name: 'offsets that a person set twice, of a group without members',
    play: w => {
      busy(w).generation(2).wait(10)
      w.commit({ 0: 110 }).wait(10).commit({ 0: 120 }).wait(300)
      w.every10(600, w => w.sample({ 0: 200 }))
    },
    said: [],
  },
  {
    name: 'a deleted topic, which cannot be sampled',
    play: w => {
      busy(w).every10(50, w => w.sample({ 0: 120 }))
      w.every10(600, w => w.tick())
    },
    said: [],
  },
  { name: 'no right to see the topic', play: w => busy(w).every10(600, w => w.sample({ 7: 1 })), said: [] },
  {
    name: 'what a log holds is less than what counts as lag',
    settings: { stallMinLag: 2 },
    play: w => busy(w).every10(600, w => w.sample({ 0: 101 })),
    said: [],
  },
  {
    name: 'retention removed all that was not read: nothing is left to read',
    play: w => busy(w).every10(600, w => w.sample({ 0: [100_000, 100_000] })),
    said: ['10 offset-out-of-range orders/0'],
  },
  {
    name: 'retention removed all that was not read, after it had been behind for a while',
    play: w => {
      busy(w).every10(50, w => w.sample({ 0: 120 }))
      w.every10(600, w => w.sample({ 0: [120, 120] }))
    },
    said: ['60 offset-out-of-range orders/0'],
  },
  {
    name: 'koff has not read the partition of the group to its end',
    play: w => {
      busy(w)
      w.every10(600, w => {
        w.input({ kind: 'logEnd', topic: 'orders', partition: 0, logStart: 0, logEnd: 120, timestamp: w.now })
        w.input({ kind: 'tick', timestamp: w.now, partitions: [1, 2] })
      })
    },
    said: [],
  },
]

it.each(silence)('offset-stalled stays silent: $name', entry => expect(run(entry).said).toEqual(entry.said))
