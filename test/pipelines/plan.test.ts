import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { planPipelines } from '../../src/pipelines/plan.ts'

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'koff-plan-'))
})
afterAll(() => rmSync(home, { recursive: true }))

async function plan(yaml: string) {
  const file = join(home, 'koff.yaml')
  writeFileSync(file, yaml)
  const { carrier, followers } = await planPipelines(loadConfig({ file, variables: {} }))
  return { carrier: carrier.name, followers: followers.map(({ name }) => name) }
}

const kafka = '{ type: kafka, topic: clean, registry: { url: http://a } }'
const queue = '{ type: bullmq, queue: my queue }'

it('nothing said is standard output', async () => {
  expect(await plan('')).toEqual({ carrier: 'stdout', followers: [] })
})

it('one alone carries the state, whatever it is', async () => {
  expect(await plan(`sinks: [${queue}]`)).toEqual({ carrier: 'bullmq-my_queue', followers: [] })
  expect(await plan(`pipelines: [{ name: a, on: rebalance, to: ${kafka} }]`)).toEqual({ carrier: 'a', followers: [] })
})

it('of several the first that writes everything to Kafka carries it, and the others read that topic', async () => {
  const yaml = `sinks: [{ type: stdout }, ${kafka}]\npipelines:\n  - { name: q, on: rebalance, to: ${queue} }`
  expect(await plan(yaml)).toEqual({ carrier: 'kafka-clean', followers: ['stdout', 'q'] })
  const part = `pipelines:\n  - { name: part, on: rebalance, to: ${kafka.replace('clean', 'part')} }\n  - { name: all, to: ${kafka} }`
  expect(await plan(part)).toEqual({ carrier: 'all', followers: ['part'] })
})

it('one whose events are included is accepted', async () => {
  const yaml = `events: { include: [default, offset-committed] }\npipelines: [{ name: a, on: [offset-committed], to: ${queue} }]`
  expect(await plan(yaml)).toEqual({ carrier: 'a', followers: [] })
})

it('other topics than the one that is read may be written to, also by several', async () => {
  const alerts = kafka.replace('clean', 'alerts')
  const yaml = `sinks: [${kafka}]\npipelines: [{ name: a, on: rebalance, to: ${alerts} }, { name: b, on: warn, to: ${alerts} }]`
  expect(await plan(yaml)).toEqual({ carrier: 'kafka-clean', followers: ['a', 'b'] })
})
