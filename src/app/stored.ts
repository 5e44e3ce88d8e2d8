import type { Config } from '../config/schema.ts'
import { localStore } from '../delivery/localStore.ts'
import { soleOwnership } from '../delivery/ownership.ts'
import { storedOutput } from '../delivery/storedOutput.ts'
import type { Sink } from '../engine/sink.ts'
import { isItemSink } from '../history/itemSink.ts'
import type { Deliver } from './runService.ts'

/** Events to any sink, state to a file of this machine; this instance owns every partition. */
export function stored({ name, state }: Config, sink: Sink): Deliver {
  return async ({ partitions }) => ({
    output: storedOutput({
      sink,
      store: localStore({ dir: state.dir, name }),
      keep: isItemSink(sink) ? (items, signal) => sink.keep(items, signal) : undefined,
    }),
    ownership: soleOwnership(Array.from({ length: partitions }, (_, partition) => partition)),
  })
}
