import type { KoffEvent } from '../../events/envelope.ts'

/** How often members of one client came and went, as far as the log shows it. */
export interface ChurnRow {
  readonly client: string
  readonly host: string
  readonly joined: number
  readonly left: number
  readonly replaced: number
  /** ms */
  readonly last: number
}

/** Counts who came and went, by client id, since a client that restarts comes under another member id. */
export class Churn {
  readonly #rows = new Map<string, ChurnRow>()

  take(event: KoffEvent): void {
    if (event.type === 'member-joined' || event.type === 'member-left') {
      const { clientId, instanceId, host } = event.data.member
      this.#count(instanceId ?? clientId, {
        host,
        time: event.time,
        field: event.type === 'member-joined' ? 'joined' : 'left',
      })
    } else if (event.type === 'member-replaced') {
      this.#count(event.data.instanceId, { host: '', time: event.time, field: 'replaced' })
    }
  }

  /** Those that came or went most often first. */
  rows(): ChurnRow[] {
    return [...this.#rows.values()].sort((a, b) => movesOf(b) - movesOf(a))
  }

  #count(
    client: string,
    { host, time, field }: { host: string; time: number; field: 'joined' | 'left' | 'replaced' },
  ): void {
    const row = this.#rows.get(client) ?? { client, host, joined: 0, left: 0, replaced: 0, last: time }
    this.#rows.set(client, { ...row, host: host || row.host, [field]: row[field] + 1, last: Math.max(row.last, time) })
  }
}

function movesOf({ joined, left, replaced }: ChurnRow): number {
  return joined + left + replaced
}
