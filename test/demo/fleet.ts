import { setTimeout as sleep } from 'node:timers/promises'
import type { JavaAdmin } from '../clients/admin.ts'
import type { ConsumerOptions, JavaConsumer } from '../clients/consumer.ts'
import type { JavaClients } from '../clients/java.ts'

export interface FleetOptions {
  readonly bootstrap: string
  readonly java: JavaClients
  readonly admin: JavaAdmin
  readonly signal: AbortSignal
  /** Called with what the fleet does next. */
  readonly step: (text: string) => void
}

const topics = { orders: 12, payments: 6, audit: 4, clicks: 8 } as const

/** A small fleet that lives on until the signal aborts: rolling restarts, a stall, a reset, a storm. */
export async function liveOn(options: FleetOptions): Promise<void> {
  await options.admin.createTopics(topics)
  const fleet = new Fleet(options)
  await Promise.all([
    fleet.produce(),
    fleet.rollingRestarts(),
    fleet.staticRestarts(),
    fleet.stalls(),
    fleet.resets(),
    fleet.storms(),
  ])
}

type MemberOptions = Pick<
  Extract<ConsumerOptions, { readonly topics: readonly string[] }>,
  'group' | 'clientId' | 'topics'
> &
  Partial<Pick<ConsumerOptions, 'protocol' | 'assignor' | 'instanceId' | 'crashing'>>

class Fleet {
  readonly #options: FleetOptions

  constructor(options: FleetOptions) {
    this.#options = options
  }

  /** Every partition gets some records a second; at times a burst comes, and the members need a while for it. */
  async produce(): Promise<void> {
    const { java, bootstrap } = this.#options
    const producer = await java.producer({ bootstrap })
    for (let round = 0; await this.#pause(1_000); round++) {
      const isBurst = round % 60 > 50
      for (const [topic, partitions] of Object.entries(topics)) {
        for (let partition = 0; partition < partitions; partition++) {
          await producer.send({ topic, partition, count: isBurst ? 400 : 20 + 3 * partition, value: 'v' })
        }
      }
    }
    await producer.close()
  }

  /** `billing`, of the consumer protocol: a deployment restarts one member after the other. */
  async rollingRestarts(): Promise<void> {
    const member = (number: number) =>
      this.#member({
        group: 'billing',
        topics: ['orders', 'payments'],
        clientId: `billing-${number}`,
        protocol: 'consumer',
      })
    const members = [await member(1), await member(2), await member(3)]
    while (await this.#pause(25_000)) {
      this.#options.step('billing: a rolling restart')
      for (const [at, old] of members.entries()) {
        await old.close()
        if (!(await this.#pause(2_500))) return
        members[at] = await member(at + 1)
        if (!(await this.#pause(4_000))) return
      }
    }
  }

  /** `search`, classic and with static members: a restart keeps the assignment. */
  async staticRestarts(): Promise<void> {
    const member = (number: number) =>
      this.#member({
        group: 'search',
        topics: ['orders'],
        clientId: 'search',
        instanceId: `search-${number}`,
        assignor: 'cooperative-sticky',
      })
    const members = [await member(1), await member(2), await member(3), await member(4)]
    for (let at = 0; await this.#pause(20_000); at = (at + 1) % members.length) {
      this.#options.step(`search: the static member search-${at + 1} restarts`)
      await members[at]?.close('REMAIN_IN_GROUP')
      if (!(await this.#pause(1_500))) return
      members[at] = await member(at + 1)
    }
  }

  /** `ledger`: a member fails at one record again and again, until it is replaced. */
  async stalls(): Promise<void> {
    const options = { group: 'ledger', topics: ['payments'] } as const
    const healthy = () => this.#member({ ...options, clientId: 'ledger-2' })
    await this.#member({ ...options, clientId: 'ledger-1' })
    let second = await healthy()
    while (await this.#pause(30_000)) {
      this.#options.step('ledger: ledger-2 fails at a record, and its partitions stall')
      await second.close('LEAVE_GROUP')
      const broken = await this.#member({ ...options, clientId: 'ledger-2', crashing: true })
      if (!(await this.#pause(100_000))) return
      await broken.close('LEAVE_GROUP')
      second = await healthy()
    }
  }

  /** `audit-export`: stopped, set back by an operator, and started again. */
  async resets(): Promise<void> {
    const { admin, step } = this.#options
    const member = () => this.#member({ group: 'audit-export', topics: ['audit'], clientId: 'audit-export-1' })
    let running = await member()
    while (await this.#pause(40_000)) {
      step('audit-export: stopped, and set back by an operator')
      await running.close('LEAVE_GROUP')
      await admin.settled('audit-export', 'Empty', 0)
      if (!(await this.#pause(4_000))) return
      await admin.alterOffsets('audit-export', { audit: { 0: 10, 1: 10, 2: 10, 3: 10 } })
      if (!(await this.#pause(6_000))) return
      running = await member()
    }
  }

  /** `clicks-agg`: a member that starts and falls again makes the others rebalance each time. */
  async storms(): Promise<void> {
    const options = { group: 'clicks-agg', topics: ['clicks'] } as const
    await this.#member({ ...options, clientId: 'clicks-1' })
    await this.#member({ ...options, clientId: 'clicks-2' })
    while (await this.#pause(35_000)) {
      this.#options.step('clicks-agg: clicks-3 starts and falls, again and again')
      for (let round = 0; round < 5; round++) {
        const flapping = await this.#member({ ...options, clientId: 'clicks-3' })
        if (!(await this.#pause(5_000))) return
        await flapping.close('LEAVE_GROUP')
        if (!(await this.#pause(3_500))) return
      }
    }
  }

  async #member(options: MemberOptions): Promise<JavaConsumer> {
    const { java, bootstrap } = this.#options
    const client = await java.consumer({
      ...options,
      bootstrap,
      config: { 'enable.auto.commit': 'true', 'auto.commit.interval.ms': '1000', 'max.poll.records': '200' },
    })
    if (options.crashing !== true) await client.assigned()
    return client
  }

  /** False: the fleet is at its end. */
  async #pause(ms: number): Promise<boolean> {
    const { signal } = this.#options
    await sleep(ms, undefined, { signal }).catch(() => undefined)
    return !signal.aborted
  }
}
