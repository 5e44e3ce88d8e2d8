import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Expected } from './expected.ts'
import type { World } from './sharing.ts'

/** What two instances of a Kafka Streams application do to their group. */
export async function streamsLife(
  { bootstrap, java, admin }: World,
  applicationId: string,
  protocol: 'classic' | 'streams',
): Promise<readonly Expected[]> {
  const [input, output] = [`${applicationId}-in`, `${applicationId}-out`]
  await admin.createTopics({ [input]: 2, [output]: 2 })
  const start = async (name: string) =>
    java.streams({
      bootstrap,
      applicationId,
      protocol,
      topics: [input],
      output,
      config: { 'client.id': name, 'state.dir': mkdtempSync(join(tmpdir(), 'koff-streams-')) },
    })
  const a = await start('a')
  await a.running(2)
  const b = await start('b')
  await a.running(1)
  await b.running(1)
  await admin.settled(applicationId, 'Stable', 2, 60_000)
  await a.close('LEAVE_GROUP')
  await b.running(2)
  await admin.settled(applicationId, 'Stable', 1, 60_000)
  await b.close('LEAVE_GROUP')
  await admin.settled(applicationId, 'Empty', 0, 60_000)
  return []
}
