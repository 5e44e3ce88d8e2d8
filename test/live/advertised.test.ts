import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startJava } from '../clients/java.ts'
import { runKoff } from '../commands/runKoff.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { freePort } from '../servers/ports.ts'

/*
 * A listener that answers and then sends its clients to an address that they do not reach: the usual mistake with containers
 * and tunnels.
 */
let kafka: Kafka
let silent: Server
let refusing: number
let hanging: number
const ways: Record<'refusing' | 'hanging', string> = { refusing: '', hanging: '' }

beforeAll(async () => {
  // Takes connections and never answers.
  silent = createServer(socket => socket.on('error', () => undefined)).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  hanging = (silent.address() as AddressInfo).port
  refusing = await freePort()
  const [port, other] = [await freePort(), await freePort()]
  kafka = await startKafka({
    listeners: [
      { name: 'REFUSING', protocol: 'PLAINTEXT', port, advertisedPort: refusing },
      { name: 'HANGING', protocol: 'PLAINTEXT', port: other, advertisedPort: hanging },
    ],
  })
  ways.refusing = `127.0.0.1:${port}`
  ways.hanging = `127.0.0.1:${other}`
  await using java = await startJava()
  const admin = await java.admin(kafka.bootstrap)
  await admin.createTopics({ 'koff.state': 4 })
  // A first group makes the topic that koff reads.
  await admin.alterOffsets('g', { 'koff.state': { 0: 0 } })
})
afterAll(async () => {
  silent.close()
  await kafka.stop()
})

describe.each([
  ['groups'],
  ['events', '--until-end'],
  ['events'],
  ['print', '--until-end'],
  ['print'],
  ['record', '--until-end', '-o', '-'],
  ['record', '-o', '-'],
  ['status'],
])('koff %s %s', (...args) => {
  it.each(['refusing', 'hanging'] as const)(
    'gives up after the time-out where the advertised address is %s',
    async way => {
      const { code, stderr } = await runKoff([...args, '--brokers', ways[way], '--connect-timeout', '1000'])
      const advertised = `broker 1 cannot be reached at its advertised address 127.0.0.1:${way === 'refusing' ? refusing : hanging}`
      expect(stderr.trim().split('\n').at(-1)).toContain(`could not be read within 1 s: ${advertised}: `)
      expect(stderr).toContain('advertised.listeners')
      expect(code).toBe(1)
    },
  )
})
