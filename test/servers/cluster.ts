import { Admin } from '@platformatic/kafka'

/** The cluster's id, when the broker at `address` answers and sees the whole cluster; rejects otherwise. */
export async function clusterOf(address: string, expected: { brokers: number }): Promise<string> {
  const admin = new Admin({
    clientId: 'koff-probe',
    bootstrapBrokers: [address],
    retries: 0,
    connectTimeout: 2_000,
    requestTimeout: 5_000,
  })
  try {
    const { id, brokers } = await admin.metadata({ topics: [] })
    if (brokers.size !== expected.brokers)
      throw new Error(`${address} sees ${brokers.size} of ${expected.brokers} brokers`)
    return id
  } finally {
    await admin.close()
  }
}
