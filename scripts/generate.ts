import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { kafkaJars } from '../test/servers/maven.ts'
import { versions } from '../test/servers/versions.ts'
import { modulesOf } from './generate/modules.ts'
import { type MessageSpec, parseSpec } from './generate/spec.ts'
import { readZipTexts } from './generate/zip.ts'

/**
 * Writes src/coordinator/generated/ from the message specs in Kafka's jars; the version is `versions.kafka` of
 * test/servers/versions.ts. With `--check` nothing is written, and the exit code is 1 where a file would change.
 */
const folder = fileURLToPath(new URL('../src/coordinator/generated/', import.meta.url))
const modules = modulesOf(await specsOf(versions.kafka), versions.kafka)
const stale = await differences(modules)

if (process.argv.includes('--check')) {
  for (const name of stale)
    process.stderr.write(`src/coordinator/generated/${name} is not what Kafka ${versions.kafka} says\n`)
  if (stale.length > 0) process.exitCode = 1
} else {
  await mkdir(folder, { recursive: true })
  for (const name of stale) {
    const code = modules.get(name)
    if (code === undefined) await rm(join(folder, name))
    else await writeFile(join(folder, name), code)
  }
}
process.stdout.write(`${modules.size} modules from Kafka ${versions.kafka}, ${stale.length} changed\n`)

/** The messages of the group coordinator, and what consumers put into its members' bytes. */
async function specsOf(version: string): Promise<MessageSpec[]> {
  const jars = await kafkaJars(version)
  const inJar = async (jar: string, names: RegExp, kinds: readonly MessageSpec['kind'][]): Promise<MessageSpec[]> => {
    const archive = await readFile(join(jars, `${jar}-${version}.jar`))
    const texts = [...readZipTexts(archive, name => names.test(name))].sort(([a], [b]) => (a < b ? -1 : 1))
    const specs = texts.map(([, text]) => parseSpec(text))
    const strange = specs.find(spec => !kinds.includes(spec.kind))
    if (strange !== undefined) throw new Error(`${jar}-${version}.jar: ${strange.name} is of type ${strange.kind}`)
    return specs
  }
  return [
    ...(await inJar('kafka-group-coordinator', /^common\/message\/\w+\.json$/, [
      'coordinator-key',
      'coordinator-value',
    ])),
    ...(await inJar('kafka-clients', /^common\/message\/ConsumerProtocol(Subscription|Assignment)\.json$/, ['data'])),
  ]
}

async function differences(expected: ReadonlyMap<string, string>): Promise<string[]> {
  const present = await readdir(folder).catch((): string[] => [])
  const names = [...new Set([...expected.keys(), ...present])].sort()
  const changed: string[] = []
  for (const name of names) {
    const actual = present.includes(name) ? await readFile(join(folder, name), 'utf8') : undefined
    if (actual !== expected.get(name)) changed.push(name)
  }
  return changed
}
