import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { eventLine } from '../../src/events/ndjson.ts'
import { corpusFile, eventsOf, inputsOf, recordings } from './replay.ts'

/**
 * What happened in real recordings, as files that are read like code before a change of them is accepted.
 * `KOFF_UPDATE_GOLDEN=1` writes them anew.
 */
describe('golden events', () => {
  it.each(recordings)('%s: the same events as ever', async name => {
    const golden = new URL(`../golden/${name}.events.ndjson`, import.meta.url)
    const events = eventsOf(await inputsOf(corpusFile(name)))
    const text = events.map(event => `${eventLine(event).trimEnd()}\n`).join('')
    if (process.env['KOFF_UPDATE_GOLDEN'] === '1') await writeFile(golden, text)
    expect(text).toBe(await readFile(golden, 'utf8'))
    expect(events.length).toBeGreaterThan(0)
  })
})
