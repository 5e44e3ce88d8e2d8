import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { groupRows } from '../../src/terminal/groups/groupTable.ts'
import { noInk } from '../../src/terminal/noInk.ts'
import { runTopApp } from '../../src/terminal/top/topApp.ts'
import type { TopModel } from '../../src/terminal/top/topState.ts'
import { until } from '../clients/until.ts'
import { fleet, now } from './groups/fleet.ts'

const model: TopModel = {
  rows: groupRows(fleet(), new Map()),
  viewOf: group => fleet().find(view => view.group === group),
  conditionsOf: () => [],
  eventsOf: () => [],
  rebalances: 0,
  judgedSince: null,
  now,
}

it('koff top draws its screen anew when the terminal is resized', async () => {
  const ended = new AbortController()
  const size = { isTTY: true, columns: 80, rows: 24 }
  const stdout = Object.assign(new PassThrough(), size) as unknown as NodeJS.WriteStream
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => undefined,
    ref: () => undefined,
    unref: () => undefined,
  }) as unknown as NodeJS.ReadStream
  let written = ''
  stdout.on('data', (chunk: Buffer) => (written += stripVTControlCharacters(chunk.toString())))
  const store = { get: () => model, subscribe: () => () => undefined }
  const running = runTopApp({ store, ink: noInk, stdout, stdin, signal: ended.signal })
  const shows = (what: string, good: (text: string) => boolean) => until({ what, ask: async () => written, good })
  await shows('a screen of 80 columns', text => text.includes('paym…n-refund…blue'))
  expect(written).not.toContain('payments-settlement-eu-west-1-production-refunds-group-blue')
  written = ''
  Object.assign(stdout, { columns: 140, rows: 40 })
  stdout.emit('resize')
  await shows('whole names', text => text.includes('payments-settlement-eu-west-1-production-refunds-group-blue'))
  ended.abort()
  await running
})
