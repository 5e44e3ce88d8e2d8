import { parentPort, workerData } from 'node:worker_threads'
import { KoffError } from '../../../base/errors.ts'
import { checkVersion } from '../../sql/migrations.ts'
import type { Row } from '../../store.ts'
import { openSqlite } from '../database.ts'
import { historyFault } from '../fault.ts'
import type { Answer, Query, ThreadStart } from './messages.ts'

/* The program of a thread that reads a SQLite file; threadReader.ts sends it queries. */

if (parentPort === null) throw new Error('this is a program for a thread')
const port = parentPort
const { file, timeLimitMs } = workerData as ThreadStart

function faultOf(error: unknown): Answer {
  const { code, message, retriable } = error instanceof KoffError ? error : historyFault(error, file)
  return { kind: 'fault', code, message, retriable }
}

async function start(): Promise<void> {
  const database = await openSqlite({ file, mode: 'read', timeLimitMs })
  await checkVersion(database)
  const answer = async ({ sql, parameters }: Query): Promise<Answer> => {
    const rows: readonly Row[] = await database.all(sql, parameters)
    return { kind: 'rows', rows }
  }
  port.on('message', (query: Query) => {
    void answer(query)
      .catch(faultOf)
      .then(message => port.postMessage(message))
  })
  port.postMessage({ kind: 'ready' } satisfies Answer)
}

void start().catch((error: unknown) => port.postMessage(faultOf(error)))
