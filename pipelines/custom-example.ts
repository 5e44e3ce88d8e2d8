/*
 * A pipeline of one's own, with everything that there is to say. Copy it, change it, and look at what it does before it does
 * it, with `to: { type: 'stdout' }`:
 *
 *   koff run --brokers localhost:9092 --pipeline pipelines/custom-example.ts
 */
import { definePipeline, type KoffEvent } from 'koff'
import { concatMap, filter, map, pipe } from 'rxjs'

/** Teams by what their groups are called. */
const owners: Readonly<Record<string, string>> = { orders: 'shop', payments: 'billing' }

export default definePipeline({
  // Its position goes by this name (consumer group `<deployment>.pipeline.<name>`): another name begins anew.
  name: 'large-rebalances',

  // Types (your editor knows them), patterns, severities (`error`), or a list of all three. Without it: everything.
  on: 'rebalance',

  where: {
    // `*` is any text, `?` any one character. A list will do, where nothing is excluded.
    groups: { include: ['orders-*', 'payments-*'], exclude: ['*-test'] },
    groupTypes: ['classic', 'consumer'],
  },

  // RxJS, over the events of one batch: they are subscribed for each batch and must complete with it. What a batch is depends
  // on how fast events come, so nothing may be made of it: `filter`, `map`, `concatMap` treat each event by itself and are
  // right, `scan` or `debounceTime` begin anew with each batch and are not. See docs/pipelines.md.
  operators: [
    filter(event => event.type === 'rebalance' && (event.data.moved ?? 0) >= 10),
    // Each takes events and gives events; what needs something else in between is joined to one with RxJS' `pipe`.
    pipe(
      // Something slow: one at a time keeps the order, and what waits here is the pipeline, nobody else.
      concatMap(async (event: KoffEvent) => ({ event, owner: await ownerOf(event.group) })),
      filter(({ owner }) => owner !== undefined),
      // Keep the id: by it repeats are recognised.
      map(({ event }) => event),
    ),
  ],

  // Where it begins when it is new and reads a topic that has events already: at the `beginning`, unless it says `now`.
  from: 'now',

  // stdout, kafka, bullmq or history; every key is in docs/configuration.md under `sinks`.
  to: { type: 'stdout', format: 'json' },
})

/** In place of a request to a service that knows. */
async function ownerOf(group: string): Promise<string | undefined> {
  const [product = ''] = group.split('-')
  return owners[product]
}
