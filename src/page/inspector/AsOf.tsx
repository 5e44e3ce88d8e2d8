import type { GroupState } from '../../web/api/answers.ts'
import { TypeOfEvent } from '../parts/Severity.tsx'
import { Empty, Fault, Loading, NotKnown } from '../parts/States.tsx'
import { Time } from '../parts/Time.tsx'
import { plural } from '../parts/words.ts'
import { useZone } from '../settings.ts'
import { zoneText } from '../time/clock.ts'
import { countText } from '../time/duration.ts'
import { useAsk } from '../useAsk.ts'
import { byPlace, memberLabels, ownedPartitions } from './differences.ts'

interface AsOfProps {
  readonly group: string
  readonly at: number
}

/** Members, owners and offsets of a group as of a time. */
export function AsOf({ group, at }: AsOfProps) {
  const zone = useZone()
  const { answer, fault, reload } = useAsk('/api/group', { group, at: Math.round(at) })
  return (
    <section class="detail" aria-label="The group at this time" data-at={Math.round(at)}>
      <h3 class="detail-title">
        The group at <Time at={at} digits={3} /> {zoneText(zone, at)}
      </h3>
      {fault !== null ? (
        <Fault fault={fault} retry={reload} />
      ) : answer === null ? (
        <Loading what="the group" rows={5} />
      ) : (
        <>
          <NotKnown coverage={answer.coverage} />
          {answer.group === null ? (
            <Empty title="It did not exist at this time" />
          ) : (
            <>
              {answer.conditions.map(({ id, type, severity }) => (
                <TypeOfEvent key={id} type={type} severity={severity} />
              ))}
              <GroupTables group={answer.group} />
            </>
          )}
        </>
      )}
    </section>
  )
}

function GroupTables({ group }: { readonly group: GroupState }) {
  const labels = memberLabels(group)
  const { groupType, state, epoch, protocol, members } = group
  const rows = partitionRows(group, labels)
  return (
    <>
      <p>
        {[`${groupType} group`, state, `epoch ${epoch}`, protocol ?? '', plural(members.length, 'member')]
          .filter(text => text !== '')
          .join(' · ')}
      </p>
      {members.length === 0 ? null : (
        <table class="table tight" aria-label="Members">
          <thead>
            <tr>
              <th scope="col">Member</th>
              <th scope="col">Host</th>
              <th scope="col" class="number">
                Holds
              </th>
            </tr>
          </thead>
          <tbody>
            {members.map(({ id, host, assignment }) => (
              <tr key={id}>
                <th scope="row" class="name" title={id}>
                  {labels.get(id) ?? id}
                </th>
                <td class="name muted">{host.replace(/^\//, '')}</td>
                <td class="number">
                  {assignment === null ? 'not readable' : countText(Object.values(assignment).flat().length)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length === 0 ? null : (
        <table class="table tight" aria-label="Owners and offsets">
          <thead>
            <tr>
              <th scope="col">Partition</th>
              <th scope="col">Owner</th>
              <th scope="col" class="number">
                Committed
              </th>
              <th scope="col" class="number">
                Lag
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, mostRows).map(({ name, owner, committed, lag }) => (
              <tr key={name}>
                <th scope="row" class="name">
                  {name}
                </th>
                <td class="name">{owner ?? <span class="muted">no owner</span>}</td>
                <td class="number">{committed}</td>
                <td class="number">{lag}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length > mostRows ? <p class="muted">and {rows.length - mostRows} partitions more</p> : null}
    </>
  )
}

const mostRows = 200

interface PartitionRow {
  readonly name: string
  readonly owner: string | null
  readonly committed: string
  readonly lag: string
}

function partitionRows(group: GroupState, labels: ReadonlyMap<string, string>): readonly PartitionRow[] {
  const owned = ownedPartitions(group)
  const places = new Map([...owned].map(([name, { topic, partition }]) => [name, { topic, partition }]))
  for (const [topic, offsets] of Object.entries(group.offsets)) {
    for (const partition of Object.keys(offsets)) {
      places.set(`${topic}-${partition}`, { topic, partition: Number(partition) })
    }
  }
  const sorted = [...places].sort(([, a], [, b]) => byPlace(a, b))
  return sorted.map(([name, { topic, partition }]) => {
    const owners = owned.get(name)?.owners ?? []
    return {
      name,
      owner: owners.length === 0 ? null : owners.map(({ id }) => labels.get(id) ?? id).join(', '),
      committed: countText(group.offsets[topic]?.[partition]),
      lag: countText(group.lag?.[topic]?.[partition]),
    }
  })
}
