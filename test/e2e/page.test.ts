import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { drawn, openBrowser, openPage, type ServedPage, startPage } from '../browser/harness.ts'
import { tcpProxy } from '../browser/tcpProxy.ts'
import { type KafkajsConsumer, startKafkajsConsumer } from '../clients/kafkajs.ts'
import { until } from '../clients/until.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'

let kafka: Kafka
let browser: Browser
let served: ServedPage
let first: KafkajsConsumer

const consumer = async (clientId: string) => {
  const started = await startKafkajsConsumer({
    bootstrap: kafka.bootstrap,
    group: 'live',
    topics: ['orders'],
    clientId,
  })
  await started.assigned()
  return started
}

beforeAll(async () => {
  kafka = await startKafka({ offsetsPartitions: 2 })
  const { Kafka: Client, logLevel } = (await import('kafkajs')).default
  const admin = new Client({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: 'orders', numPartitions: 4 }] })
  await admin.disconnect()
  first = await consumer('till-1')
  browser = await openBrowser()
  served = await startPage('--brokers', kafka.bootstrap)
})
afterAll(async () => {
  await browser.close()
  await served[Symbol.asyncDispose]()
  await first[Symbol.asyncDispose]()
  await kafka[Symbol.asyncDispose]()
})

test('a live rebalance appears within two seconds, with the new owners', async () => {
  await using opened = await openPage(browser, `${served.url}/group?group=live`)
  const { page } = opened
  await drawn(page)
  const owners = page.getByRole('table', { name: 'Owners of partitions' })
  expect(await owners.getByText('till-2').count()).toBe(0)
  await using second = await consumer('till-2')
  const at = Date.now()
  await owners.getByText('till-2').first().waitFor({ state: 'attached', timeout: 2_000 })
  expect(Date.now() - at).toBeLessThan(2_000)
  const rebalances = page
    .getByRole('table', { name: 'Conditions, events and rebalances' })
    .getByText(/^Rebalance to epoch/)
  const before = await rebalances.count()
  expect(before).toBeGreaterThan(1)
  await second.close()
  await until({ what: 'the rebalance after till-2 left', ask: () => rebalances.count(), good: count => count > before })
})

test('after a cut the stream goes on behind the last event, and each event is there once', async () => {
  await using proxy = await tcpProxy(served.url)
  await using opened = await openPage(browser, `${proxy.url}/events?groups=live`)
  const { page } = opened
  const resumed: string[] = []
  page.on('request', request => {
    const id = request.headers()['last-event-id']
    if (id !== undefined) resumed.push(id)
  })
  const events = page.locator('.event')
  await events.first().waitFor()
  await page.getByText('newest first, live').waitFor()
  // The stream has an id to resume at once it has had an event.
  const before = await events.count()
  await using second = await consumer('till-3')
  await until({ what: 'events of till-3', ask: () => events.count(), good: count => count > before })
  proxy.cut()
  await page.getByText('the connection is lost').waitFor()
  await second.close()
  await first.assigned({ orders: [0, 1, 2, 3] })
  proxy.heal()
  const shown = page.locator('.event .severity')
  await until({
    what: 'what happened during the cut',
    ask: () => shown.first().textContent(),
    good: text => text?.includes('Rebalance') === true || text?.includes('Member left') === true,
  })
  const left = page.locator('.event', { hasText: 'Member left' }).filter({ hasText: 'till-3' })
  await left.waitFor()
  expect(await left.count()).toBe(1)
  expect(resumed.length).toBeGreaterThan(0)
  expect(resumed.every(id => /^\d+$/.test(id))).toBe(true)
})
