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
  const { carrier, followers } = await planPipelines(loadConfig({ file, variables: {} }), { file: 'koff.yaml' })
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

it('several without a topic that has everything are refused', async () => {
  const refusal =
    'koff.yaml: several pipelines read what one of them writes to Kafka: add a sink of type kafka, for all events; or run one pipeline alone'
  await expect(plan(`sinks: [{ type: stdout }, ${queue}]`)).rejects.toThrow(refusal)
  await expect(
    plan(`sinks: [{ type: stdout }]\npipelines: [{ name: a, on: rebalance, to: ${kafka} }]`),
  ).rejects.toThrow(refusal)
})

it('two of one name are refused: a position goes by it', async () => {
  await expect(
    plan(`sinks: [${kafka}]\npipelines: [{ name: a, to: ${queue} }, { name: a, to: { type: stdout } }]`),
  ).rejects.toThrow('koff.yaml: pipelines[1]: is called a, as koff.yaml: pipelines[0]: give each a name of its own')
})

it('one that waits for what is never told is refused', async () => {
  await expect(plan(`pipelines: [{ name: a, on: [offset-committed], to: ${queue} }]`)).rejects.toThrow(
    'koff.yaml: pipelines[0]: on: offset-committed is never told: name it in events.include',
  )
  const yaml = `events: { include: [default, offset-committed] }\npipelines: [{ name: a, on: [offset-committed], to: ${queue} }]`
  expect(await plan(yaml)).toEqual({ carrier: 'a', followers: [] })
})

it('state settings of one that carries no state are refused', async () => {
  const second = '{ type: kafka, topic: second, stateTopic: s, registry: { url: http://a } }'
  await expect(plan(`sinks: [${kafka}, ${second}]`)).rejects.toThrow(
    'koff.yaml: sinks[1]: to: stateTopic and minInsyncReplicas are for the pipeline that carries the state, kafka-clean',
  )
})
