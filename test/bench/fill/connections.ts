import { Connection } from '@platformatic/kafka'

export interface Place {
  readonly host: string
  readonly port: number
}

/** Does the tasks on that many connections, each connection one after another; the first failure ends all. */
export async function onConnections<T>(
  place: Place,
  { count, tasks }: { readonly count: number; readonly tasks: readonly T[] },
  perform: (connection: Connection, task: T) => Promise<void>,
): Promise<void> {
  const waiting = tasks.values()
  const work = async () => {
    const connection = new Connection('koff-bench')
    await connection.connect(place.host, place.port)
    try {
      for (const task of waiting) await perform(connection, task)
    } finally {
      await connection.close()
    }
  }
  await Promise.all(Array.from({ length: count }, work))
}
