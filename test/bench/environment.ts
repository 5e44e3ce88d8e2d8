import { execFile } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { promisify } from 'node:util'
import { requireJava } from '../servers/toolchain.ts'
import { versions } from '../servers/versions.ts'

/** Facts about the machine that the figures depend on, and that are the same tomorrow. */
export async function environment(): Promise<readonly string[]> {
  const go = await promisify(execFile)('go', ['version']).then(
    ({ stdout }) => stdout.trim().split(' ')[2] ?? 'go',
    () => 'no Go',
  )
  return [
    machine(),
    `Node ${process.versions.node}, Java ${await requireJava()}, ${go}`,
    `Kafka ${versions.kafka}, one broker on the same machine, its log in the page cache`,
  ]
}

export function machine(): string {
  const processors = cpus()
  return `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`
}
