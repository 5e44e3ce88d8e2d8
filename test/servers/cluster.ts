import { Admin } from '@platformatic/kafka'

/** Resolves when the broker at `address` answers and sees the whole cluster; rejects otherwise. */
export async function clusterOf(address: string, expected: { brokers: number }): Promise<void> {
  const admin = new Admin({
    clientId: 'koff-probe',
    bootstrapBrokers: [address],
    retries: 0,
    connectTimeout: 2_000,
    requestTimeout: 5_000,
  })
  try {
    const { brokers } = await admin.metadata({ topics: [] })
    if (brokers.size !== expected.brokers)
      throw new Error(`${address} sees ${brokers.size} of ${expected.brokers} brokers`)
  } finally {
    await admin.close()
  }
}
