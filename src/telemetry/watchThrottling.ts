import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Log } from '../base/log.ts'
import type { Telemetry } from './telemetry.ts'

/** What the Kafka client publishes of each response. */
interface Response {
  readonly broker: string
  /** Of the request. */
  readonly name: string
  /** How long the broker makes koff wait before it reads the next request of this connection (KIP-219). */
  readonly throttleMs: number
}

const channel = 'koff:response'

/** Counts how long brokers throttle koff, and logs the first time. */
export function watchThrottling({ telemetry, log }: { readonly telemetry: Telemetry; readonly log: Log }): Disposable {
  let isLogged = false
  const onResponse = (message: unknown) => {
    const { broker, name, throttleMs } = message as Response
    if (throttleMs <= 0) return
    telemetry.count('koff_throttle_seconds_total', {}, throttleMs / 1000)
    if (isLogged) return
    isLogged = true
    const what = `${broker} throttles koff: after a ${name} it waits ${throttleMs} ms, because koff exceeds a quota`
    const cure =
      'koff continues more slowly; raise the quota of its user or client id (kafka-configs --entity-type clients)'
    log.warn(`${what}; ${cure}. From now on only koff_throttle_seconds_total tells`, { broker, throttleMs })
  }
  subscribe(channel, onResponse)
  return { [Symbol.dispose]: () => void unsubscribe(channel, onResponse) }
}
