import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { readZipTexts } from '../../scripts/generate/zip.ts'
import { apiVersions } from '../../src/kafka/protocol/apiVersions.ts'
import { kafkaError } from '../../src/kafka/protocol/errors.ts'
import { fetch } from '../../src/kafka/protocol/fetch.ts'
import { offsetForLeaderEpoch } from '../../src/kafka/protocol/leaderEpochs.ts'
import { listGroups } from '../../src/kafka/protocol/listGroups.ts'
import { listOffsets } from '../../src/kafka/protocol/listOffsets.ts'
import { metadata } from '../../src/kafka/protocol/metadata.ts'
import { produce } from '../../src/kafka/protocol/produce.ts'
import { saslAuthenticate, saslHandshake } from '../../src/kafka/protocol/sasl.ts'
import { addPartitionsToTxn, endTxn, findCoordinator, initProducerId } from '../../src/kafka/protocol/transactions.ts'
import { kafkaJars } from '../servers/maven.ts'
import { versions } from '../servers/versions.ts'

const requests = [
  addPartitionsToTxn,
  apiVersions,
  endTxn,
  fetch,
  findCoordinator,
  initProducerId,
  listGroups,
  listOffsets,
  metadata,
  offsetForLeaderEpoch,
  produce,
  saslAuthenticate,
  saslHandshake,
]

interface Spec {
  readonly apiKey: number
  readonly type: 'request' | 'response'
  readonly name: string
  readonly validVersions: string
  readonly flexibleVersions: string
}

let jars: string
const specs = new Map<string, Spec>()
beforeAll(async () => {
  jars = await kafkaJars()
  const jar = await readFile(join(jars, `kafka-clients-${versions.kafka}.jar`))
  for (const text of readZipTexts(jar, name => /^common\/message\/\w+(Request|Response)\.json$/.test(name)).values()) {
    const spec = JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, '')) as Spec
    specs.set(spec.name, spec)
  }
})

/** `3-7` or `5`. */
function rangeOf(text: string): { readonly min: number; readonly max: number } {
  const [min = Number.NaN, max = min] = text.split('-').map(Number)
  return { min, max }
}

describe('the requests are those of the specs in the jar of the Kafka client', () => {
  test.each(requests.map(request => [request.name, request] as const))('%s', (name, request) => {
    const { apiKey, validVersions, flexibleVersions } = specs.get(`${name}Request`) as Spec
    expect(request.key).toBe(apiKey)
    const { min, max } = rangeOf(validVersions)
    // Kafka 4 dropped the oldest versions; koff speaks some of them, with older brokers.
    expect(request.versions[0]).toBeLessThanOrEqual(max)
    expect(request.versions[0]).toBeGreaterThanOrEqual(min)
    expect(request.versions).toEqual([...request.versions].sort((a, b) => b - a))
    const from = flexibleVersions === 'none' ? Number.POSITIVE_INFINITY : Number.parseInt(flexibleVersions, 10)
    expect(request.flexibleFrom).toBe(from)
    expect(specs.get(`${name}Response`)?.flexibleVersions).toBe(flexibleVersions)
  })
})

test('the error codes are those of the Kafka client: code, name, and whether a retry can help', async () => {
  const program = fileURLToPath(new URL('../java/ErrorCodes.java', import.meta.url))
  const { stdout } = await promisify(execFile)('java', ['-cp', join(jars, '*'), program])
  const lines = stdout.trim().split('\n')
  expect(lines.length).toBeGreaterThan(130)
  for (const line of lines) {
    const [code = '', name, retriable] = line.split(' ')
    expect(kafkaError(Number(code))).toMatchObject({ code: Number(code), name, retriable: retriable === 'true' })
  }
  const last = lines.length - 2
  expect(kafkaError(last).name).not.toBe(`error ${last}`)
  expect(kafkaError(last + 1)).toMatchObject({ name: `error ${last + 1}`, retriable: false })
})
