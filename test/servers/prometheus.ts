import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { debianPackage } from './debian.ts'
import { freePort } from './ports.ts'
import { removeTemporary, startProcess, temporaryFolder } from './process.ts'
import { type Server, startServer } from './server.ts'

export interface PrometheusOptions {
  /** Scraped each second, as `job="koff"`. */
  readonly targets: readonly string[]
  /** The text of a file of rules, evaluated each second. */
  readonly rules: string
}

export interface Alert {
  readonly labels: Readonly<Record<string, string>>
  readonly state: 'pending' | 'firing'
}

export interface Prometheus extends Server {
  readonly url: string
  alerts(): Promise<readonly Alert[]>
  /** Labels and values of a query. */
  query(
    promql: string,
  ): Promise<readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]>
}

/** Starts a Prometheus of its own, on a loopback port, with its data in a temporary folder. */
export async function startPrometheus({ targets, rules }: PrometheusOptions): Promise<Prometheus> {
  const command = await prometheusTool('prometheus')
  const port = await freePort()
  const folder = await temporaryFolder('prometheus')
  const url = `http://127.0.0.1:${port}`
  await writeFile(join(folder, 'koff.rules.yml'), rules)
  await writeFile(
    join(folder, 'prometheus.yml'),
    `global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
rule_files: [koff.rules.yml]
scrape_configs:
  - job_name: koff
    static_configs: [{ targets: ${JSON.stringify(targets)} }]
`,
  )
  const args = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]
  const ask = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(5_000) })
    if (!response.ok) throw new Error(`HTTP ${response.status}: ${await response.text()}`)
    return ((await response.json()) as { readonly data: T }).data
  }
  const server = await startServer({
    what: 'Prometheus',
    launch: () => startProcess({ command, args, folder }),
    probe: async () => void (await ask('/api/v1/rules')),
    remove: () => removeTemporary(folder),
    failure: 'UNSUPPORTED',
  })
  return Object.assign(server, {
    url,
    alerts: async () => (await ask<{ readonly alerts: readonly Alert[] }>('/api/v1/alerts')).alerts,
    async query(promql: string) {
      type Found = { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }
      const path = `/api/v1/query?query=${encodeURIComponent(promql)}`
      const { result } = await ask<{ readonly result: readonly Found[] }>(path)
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
    },
  })
}

/** The path of a program: the one on the PATH that works, else the one in Debian's package. */
export async function prometheusTool(name: 'prometheus' | 'promtool'): Promise<string> {
  const onPath = spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0
  return onPath ? name : join(await debianPackage('prometheus'), 'usr/bin', name)
}
