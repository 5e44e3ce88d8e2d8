/*
 * Who came, who went, what was created and deleted: a history that outlives its groups, in a SQLite file.
 *
 *   koff run --brokers localhost:9092 --pipeline pipelines/audit-history.ts
 *   sqlite3 pipelines/koff-history.db "SELECT datetime(time / 1000, 'unixepoch'), type FROM events WHERE \"group\" = 'shop' ORDER BY time"
 */
import { definePipeline } from 'koff'

export default definePipeline({
  name: 'audit-history',
  on: ['group-*', 'member-*', 'offset-reset', 'offset-deleted', 'topic-recreated'],
  to: { type: 'history', file: process.env.KOFF_HISTORY ?? 'koff-history.db' },
})
