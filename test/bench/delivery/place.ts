import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Connection, offsetCommitV9 } from '@platformatic/kafka'
import kafkajs from 'kafkajs'
import type { Kafka } from '../../servers/kafka.ts'

/** Where groups commit: so many topics of so many partitions. */
export const topics = Array.from({ length: 10 }, (_, index) => `orders-${index}`)
export const partitionsPerTopic = 50
export const keysPerGroup = topics.length * partitionsPerTopic

export async function withAdmin<T>(kafka: Kafka, work: (admin: kafkajs.Admin) => Promise<T>): Promise<T> {
  const retry = { initialRetryTime: 300, retries: 30 }
  const client = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING, retry })
  const admin = client.admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

/** One commit of a group without members. */
export async function commitOne(connection: Connection, group: string, partitionIndex: number, offset: number) {
  const commit = { partitionIndex, committedOffset: BigInt(offset), committedLeaderEpoch: -1, committedMetadata: '' }
  await offsetCommitV9.api.async(connection, group, -1, '', null, [{ name: topics[0] ?? '', partitions: [commit] }])
}

/** Every partition of every topic, in one request. */
export async function commitAll(connection: Connection, group: string, offset: number): Promise<void> {
  const all = topics.map(name => ({
    name,
    partitions: Array.from({ length: partitionsPerTopic }, (_, partitionIndex) => ({
      partitionIndex,
      committedOffset: BigInt(offset),
      committedLeaderEpoch: -1,
      committedMetadata: '',
    })),
  }))
  await offsetCommitV9.api.async(connection, group, -1, '', null, all)
}

/** The most memory that the process ever had, MB. */
export async function peakMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
}

/** Of the process so far; /proc counts in hundredths of a second. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The second field is the name of the program in brackets, which may hold spaces; user and system time are 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** Resolves when the service at that port says that it has read what it owns; gives how long that took, ms. */
export async function untilReady(port: number, startedAt: number): Promise<number> {
  for (;;) {
    const isReady = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return performance.now() - startedAt
    await sleep(20)
  }
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
