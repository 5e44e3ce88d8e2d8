import type { AboutAnswer } from '../../web/api/answers.ts'
import { Empty } from '../parts/States.tsx'
import { Time } from '../parts/Time.tsx'
import { plural } from '../parts/words.ts'
import { useZone } from '../settings.ts'
import { zoneText } from '../time/clock.ts'
import { countText } from '../time/duration.ts'

const modes = {
  run: 'koff run reads the cluster',
  serve: 'koff serve answers from a store that another koff fills',
  page: 'koff page holds what it read in memory',
} as const

/** koff's own health, and how far it has read. */
export function Health({ about, isCut }: { readonly about: AboutAnswer; readonly isCut: boolean }) {
  const zone = useZone()
  const { version, mode, cluster, ready, readTo } = about
  const left = readTo.reduce((sum, { recordsLeft }) => sum + (recordsLeft ?? 0), 0)
  return (
    <section class="card scroll-x" aria-label="koff itself">
      <div class="card-head">
        <h2>koff itself</h2>
        <span class={`badge ${isCut ? 'error' : ready ? 'good' : 'warn'}`}>
          {isCut ? 'Does not answer' : ready ? 'Ready' : 'Not ready'}
        </span>
        <span class="muted">
          {modes[mode]} · version {version}
          {cluster === '' ? '' : ` · cluster ${cluster}`}
          {left === 0 ? '' : ` · ${countText(left)} records to read`}
        </span>
      </div>
      {readTo.length === 0 ? (
        <Empty title="Nothing read yet">
          <p>No partition of __consumer_offsets is covered so far.</p>
        </Empty>
      ) : (
        <details open={readTo.length <= 8}>
          <summary>
            How far {plural(readTo.length, 'partition')} of __consumer_offsets {readTo.length === 1 ? 'is' : 'are'} read
          </summary>
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Partition</th>
                <th scope="col" class="number">
                  Read up to offset
                </th>
                <th scope="col">Known until, {zoneText(zone, about.now)}</th>
                <th scope="col" class="number">
                  Records to read
                </th>
              </tr>
            </thead>
            <tbody>
              {readTo.map(({ partition, position, time, recordsLeft }) => (
                <tr key={partition}>
                  <th scope="row">{partition}</th>
                  <td class="number">{countText(position)}</td>
                  <td>{time > 0 ? <Time at={time} /> : '–'}</td>
                  <td class="number">{recordsLeft === undefined ? '–' : countText(recordsLeft)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </section>
  )
}
