import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { startKafka } from '../servers/kafka.ts'
import { kafkaJars } from '../servers/maven.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { runJava } from '../servers/toolchain.ts'
import { exposition } from '../web/exposition.ts'
import { startKoff } from './koff.ts'

test('a koff that a broker throttles says so once, and counts for how long', async () => {
  await using kafka = await startKafka()
  await using java = await startJava()
  const admin = await java.admin(kafka.bootstrap)
  await admin.createTopics({ orders: 1 })
  for (let group = 0; group < 20; group += 1) {
    await admin.alterOffsets(`g${group}`, { orders: { 0: 0 } }, 'metadata '.repeat(400))
  }
  const quota = ['--add-config', 'consumer_byte_rate=2000', '--entity-type', 'clients', '--entity-name', 'koff']
  const command = ['kafka.admin.ConfigCommand', '--bootstrap-server', kafka.bootstrap, '--alter', ...quota]
  await runJava(['-cp', `${await kafkaJars()}/*`, ...command])

  const home = await temporaryFolder('throttling')
  const file = join(home, 'koff.yaml')
  await writeFile(file, `kafka: { brokers: '${kafka.bootstrap}' }\nstate: { dir: . }\nhttp: { port: 0 }\n`)
  await using koff = startKoff(['run', '-c', file])
  const log = await until({ what: 'a port', ask: async () => koff.stderr(), good: text => text.includes('/metrics') })
  const url = /"url":"([^"]+)"/.exec(log)?.[1] ?? ''
  const seconds = async () =>
    exposition(await (await fetch(`${url}/metrics`)).text()).value('koff_throttle_seconds_total')
  await until({ what: 'some throttling', ask: seconds, good: value => value > 5, withinMs: 90_000 })
  expect(
    koff.stderr().match(/throttles koff: after a Fetch it waits \d+ ms, because koff exceeds a quota/g),
  ).toHaveLength(1)
  await removeTemporary(home)
})
