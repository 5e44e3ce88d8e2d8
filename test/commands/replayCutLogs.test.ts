import { describe, expect, it } from 'vitest'
import { classicOf, commitOf } from '../state/batchOf.ts'
import { batchAt, recordingOf, textAt } from './handMade.ts'
import { runKoff } from './runKoff.ts'

const generation = (offset: number, minutes: number, epoch: number, partition = 0) =>
  batchAt({ offset, minutes, partition }, classicOf('g', epoch, [{ id: 'm1', assigned: { orders: [0] } }]))
const commit = (offset: number, minutes: number, partition = 0) =>
  batchAt({ offset, minutes, partition }, commitOf('other', 'orders', 0, offset))

async function replay(recording: string, ...flags: readonly string[]) {
  const { code, stdout, stderr } = await runKoff(['replay', ...flags, '-'], { stdin: recording })
  const events = stdout.split('\n').filter(line => line !== '')
  return { code, stderr, types: events.map(line => (JSON.parse(line) as { type: string }).type) }
}

describe('koff replay', () => {
  it('says nothing of a log that is whole', async () => {
    const { stderr } = await replay(recordingOf(generation(0, 1, 83), commit(1, 2)))
    expect(stderr).toBe('')
  })

  it('shows an old group of an incomplete log as new, reports that, and explains --live-from', async () => {
    const { code, stderr, types } = await replay(recordingOf(generation(812, 1, 83), commit(813, 2)))
    expect(types).toContain('group-created')
    expect(code).toBe(0)
    expect(stderr.split('\n')).toEqual([
      'koff: records are missing: the log begins after offset 0 in partition 0; groups that were there before show as new (group-created, rebalance from epoch 0), and of what happened in a gap at most the net effect shows',
      'koff: --live-from TIME makes what each partition holds before that time history, which makes no events but one group-snapshot a group',
      '',
    ])
  })

  it('counts gaps and names the partitions', async () => {
    const log = recordingOf(
      commit(0, 1, 3),
      commit(4, 2, 3),
      commit(9, 3, 3),
      commit(7, 1, 0),
      commit(7, 1, 1),
      commit(0, 1, 5),
    )
    const { stderr } = await replay(log)
    expect(stderr).toContain('the log begins after offset 0 in partitions 0-1, 2 gaps in partition 3;')
  })

  it('reports missing records before --live-from: history may be incomplete', async () => {
    const log = recordingOf(generation(812, 1, 83), generation(815, 2, 84), generation(816, 3, 85))
    const { stderr, types } = await replay(log, '--live-from', textAt(3))
    expect(stderr).toBe(
      'koff: records are missing before --live-from: the log begins after offset 0 in partition 0, 1 gap in partition 0; that part is history, and what it still holds makes the state that news are compared with\n',
    )
    expect(types).toContain('group-snapshot')
    expect(types).not.toContain('group-created')
  })

  it('reports where the whole log is after --live-from', async () => {
    const { stderr } = await replay(recordingOf(generation(812, 1, 83)), '--live-from', textAt(0))
    expect(stderr).toContain('the log begins after offset 0 in partition 0')
  })

  it('explains it in its help', async () => {
    const { stdout } = await runKoff(['replay', '--help'])
    expect(stdout).toMatch(/begins after offset 0 or has gaps/)
    expect(stdout).toMatch(/--live-from/)
  })
})
