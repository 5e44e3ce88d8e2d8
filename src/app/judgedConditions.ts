import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { LoadedConfig } from '../config/load.ts'
import { localStore } from '../delivery/localStore.ts'
import { Fold } from '../engine/fold.ts'
import { isStateKey } from '../state/stored/entry.ts'
import { Restoring } from '../state/stored/restore.ts'
import type { JudgedCondition } from '../terminal/groups/conditionTable.ts'
import type { Shell } from '../terminal/shell.ts'
import { brokerOptions } from './connection.ts'
import { stateOfDeployment } from './stateTopic.ts'
import { conditionsInTopic, conditionsOf, type StoredCondition } from './storedConditions.ts'

export interface FoundConditions {
  /** Where they are stored: a topic, or a file. */
  readonly from: string
  /** Null: nothing is stored there. */
  readonly found: readonly (JudgedCondition & StoredCondition)[] | null
}

/** What is open by the state of a deployment, with how far each partition is behind now. */
export async function judgedConditions(shell: Shell, loaded: LoadedConfig): Promise<FoundConditions> {
  const { config } = loaded
  const { signal } = shell
  const state = await stateOfDeployment(loaded)
  const stored =
    state.kind === 'topic'
      ? await conditionsInTopic({ ...brokerOptions(config.kafka), stateTopic: state.topic, shell })
      : await conditionsInFile(state.dir, config.name, signal)
  const from = state.kind === 'topic' ? `topic ${state.topic}` : `state ${join(state.dir, `${config.name}.db`)}`
  if (stored === null) return { from, found: null }
  const places = stored.flatMap(({ topic, partition }) =>
    topic === null || partition === null ? [] : [{ topic, partition }],
  )
  const ends = new Map<string, number>()
  if (places.length > 0) {
    const { openKafkaAdmin } = await import('../kafka/client/admin.ts')
    await using admin = await openKafkaAdmin(brokerOptions(config.kafka))
    for (const { topic, partition, logStart, logEnd } of await admin.sampleLogEnds(places)) {
      ends.set(`${topic}/${partition}`, Math.max(logStart, logEnd))
    }
  }
  return {
    from,
    found: stored.map(one => {
      const end = ends.get(`${one.topic}/${one.partition}`)
      const lag = end === undefined || one.committed === null ? null : Math.max(0, end - one.committed)
      return { ...one, lag }
    }),
  }
}

/**
 * Null where there is no such file. The koff that runs has the file for itself, so a copy is read: the file, then its log of
 * writes; again where either changed meanwhile.
 */
async function conditionsInFile(dir: string, name: string, signal: AbortSignal): Promise<StoredCondition[] | null> {
  const file = join(dir, `${name}.db`)
  if (!existsSync(file)) return null
  const home = mkdtempSync(join(tmpdir(), 'koff-state-'))
  try {
    copyWhole(file, home)
    await using store = localStore({ dir: home, name })
    await store.open(signal)
    const fold = new Fold({ cluster: '', history: 'until-start' })
    const found: StoredCondition[] = []
    for (const partition of await store.partitions()) {
      const state = fold.newState(partition)
      const restoring = new Restoring(state)
      for await (const changes of store.read(partition, signal))
        for (const change of changes) if (isStateKey(change.key)) restoring.put(change)
      restoring.finish()
      found.push(...conditionsOf(state))
    }
    return found
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

const mostTries = 20

function copyWhole(file: string, home: string): void {
  const files = [file, `${file}-wal`]
  const stamp = () =>
    files.map(path => (existsSync(path) ? `${statSync(path).mtimeMs} ${statSync(path).size}` : '')).join()
  for (let tries = 0; tries < mostTries; tries++) {
    const before = stamp()
    for (const path of files) if (existsSync(path)) copyFileSync(path, join(home, basename(path)))
    if (stamp() === before) return
  }
}
