import { joins, kinds, paces, type Written } from './joins.ts'

const members = 2_000

/** What 50 members that join a large group write to the state topic, as a section of docs/benchmarks.md. */
export function stateSection(): string {
  const count = new Intl.NumberFormat('en')
  const rows = kinds.flatMap(kind =>
    paces.map(pace => {
      const written = joins(kind, pace, members)
      process.stderr.write(`${kind}, ${pace}: ${written.bytes} bytes\n`)
      return row(kind, pace, written)
    }),
  )
  return `Made by \`npm run bench -- state --write\`. ${count.format(members)} members of one topic with ${count.format(2 * members)} partitions, and 50 more that join: within five seconds (classic groups: in two
generations), or one after the other, each when the group has settled again. What is written to the state topic until the group has settled, as record batches.
A commit at each event, at most five a second; without an event, one in five seconds.

| kind of group | the 50 join | written | entries | commits | the whole state |
|---|---|--:|--:|--:|--:|
${rows.join('\n')}

Version 1 of the stored state kept a group in one entry: 50 joins wrote 98 MB in 25 commits.
`

  function row(kind: string, pace: string, { bytes, entries, commits, stateBytes }: Written): string {
    const cells = [kind, pace, kB(bytes), count.format(entries), count.format(commits), kB(stateBytes)]
    return `| ${cells.join(' | ')} |`
  }

  function kB(bytes: number): string {
    return `${count.format(Math.round(bytes / 1_000))} kB`
  }
}
