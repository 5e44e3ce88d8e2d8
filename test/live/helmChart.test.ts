import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule'
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import packageJson from '../../package.json' with { type: 'json' }
import { helmProgram, kubernetesSchemas, kubernetesVersions } from '../servers/kubernetes.ts'
import { chartFolder, helm, projectFile, type Rendered, renderChart, rendered } from './chart.ts'

const everything = {
  replicaCount: 3,
  files: { 'mine.ts': "import { definePipeline } from 'koff'\n" },
  secrets: [{ name: 'kafka', secretName: 'koff-kafka' }],
  env: [{ name: 'KAFKA_USER', valueFrom: { secretKeyRef: { name: 'koff-kafka', key: 'user' } } }],
  imagePullSecrets: [{ name: 'pull' }],
  networkPolicy: {
    enabled: true,
    from: [{ namespaceSelector: {} }],
    egress: [{ ports: [{ port: 9092, protocol: 'TCP' }] }],
  },
  serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
  prometheusRule: { enabled: true },
  dashboard: { enabled: true },
  podLabels: { team: 'data' },
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'a', operator: 'Exists' }],
  topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }],
  priorityClassName: 'high',
}
const withVolume = {
  http: { port: 9999, tokenFile: '/etc/koff/secrets/http/token' },
  serviceMonitor: { enabled: true, authorization: { credentials: { name: 'http', key: 'token' } } },
  replicaCount: 1,
  persistence: { enabled: true, storageClassName: 'fast' },
  config: { kafka: { brokers: 'kafka:9092' }, sinks: [{ type: 'stdout' }] },
}

let schemas: string

beforeAll(async () => {
  ;[schemas] = await Promise.all([kubernetesSchemas(), helmProgram()])
}, 900_000)

/** What the strict schema of this version of Kubernetes has against an object. */
function faultsOf(one: Rendered, version: string): readonly string[] {
  if (one.kind === 'ServiceMonitor' || one.kind === 'PrometheusRule') {
    const Model = one.kind === 'ServiceMonitor' ? ServiceMonitor : PrometheusRule
    try {
      // The model takes what its type says; whether the object is one is the question.
      new Model(one as never).validate()
      return []
    } catch (error) {
      return [String(error)]
    }
  }
  const folder = join(schemas, 'schemas', version)
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  ajv.addSchema(JSON.parse(readFileSync(join(folder, '_definitions.json'), 'utf8')) as object, '/api/_definitions.json')
  const group = one.apiVersion.replace(/^([^./]*)(?:\.[^/]*)?\//, '$1-')
  const schema = readFileSync(join(folder, `${one.kind.toLowerCase()}-${group}.json`), 'utf8')
  const validate = ajv.compile(JSON.parse(schema) as object)
  validate(one)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${one.kind}${instancePath}: ${message}`)
}

describe('the chart', () => {
  test('is sound for helm lint', async () => {
    expect(await helm('lint', '--strict', chartFolder)).toContain('1 chart(s) linted, 0 chart(s) failed')
  })

  test('has the version of koff', () => {
    const chart = parse(projectFile('deploy/helm/koff/Chart.yaml')) as Record<string, string>
    expect(chart).toMatchObject({ version: packageJson.version, appVersion: packageJson.version })
  })

  test.each(kubernetesVersions)('renders what Kubernetes %s accepts', async version => {
    for (const values of [{}, everything, withVolume]) {
      const all = await renderChart(values, version)
      expect(all.flatMap(one => faultsOf(one, version))).toEqual([])
    }
  })

  test('would not pass with a field that Kubernetes does not have', async () => {
    const all = await renderChart(everything)
    const planted = all.map(one => ({ ...one, spec: { ...(one.spec as object), replicaz: 1 } }))
    const faulty = planted.filter(one => faultsOf(one, '1.37.0').length > 0).map(({ kind }) => kind)
    expect(faulty).toEqual(expect.arrayContaining(['Deployment', 'Service', 'NetworkPolicy', 'PodDisruptionBudget']))
  })

  test('packs to one file that holds the dashboard and the rules', async () => {
    const home = mkdtempSync(join(tmpdir(), 'koff-chart-'))
    try {
      await helm('package', chartFolder, '-d', home)
      const packed = join(home, `koff-${packageJson.version}.tgz`)
      expect(statSync(packed).size).toBeLessThan(100_000)
      const text = await helm('template', 'x', packed, '--set', 'dashboard.enabled=true', '--kube-version', '1.34.0')
      expect(text).toContain('"schemaVersion"')
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  })
})

interface Pod {
  readonly replicas: number
  readonly strategy?: { readonly type: string }
  readonly template: {
    readonly metadata: { readonly annotations: Readonly<Record<string, string>> }
    readonly spec: {
      readonly securityContext: object
      readonly containers: readonly {
        readonly image: string
        readonly securityContext: object
        readonly resources: { readonly requests: { readonly memory: string } }
        readonly volumeMounts: readonly { readonly mountPath: string }[]
        readonly livenessProbe: object
        readonly readinessProbe: object
      }[]
      readonly volumes: readonly object[]
    }
  }
}

const podOf = (all: readonly Rendered[], kind = 'Deployment') => rendered(all, kind).spec as Pod

describe('what the chart renders', () => {
  test('without a volume it is a Deployment whose instances share the work', async () => {
    const all = await renderChart()
    const config = parse(rendered(all, 'ConfigMap').data?.['koff.yaml'] ?? '') as object
    expect(config).toMatchObject({ http: { port: 9404, host: '0.0.0.0', public: true } })
    expect(podOf(all)).toMatchObject({ replicas: 2, strategy: { type: 'RollingUpdate' } })
    expect(all.map(({ kind }) => kind).toSorted()).toEqual(
      ['ConfigMap', 'Deployment', 'PodDisruptionBudget', 'Service', 'ServiceAccount'].toSorted(),
    )
  })

  test('with a volume it is a StatefulSet of one instance, with the state on the volume', async () => {
    const all = await renderChart(withVolume)
    expect(podOf(all, 'StatefulSet').replicas).toBe(1)
    const config = parse(rendered(all, 'ConfigMap').data?.['koff.yaml'] ?? '') as object
    expect(config).toMatchObject({
      state: { dir: '/var/lib/koff/state' },
      http: { port: 9999, host: '0.0.0.0', tokenFile: '/etc/koff/secrets/http/token' },
    })
    expect(all.map(({ kind }) => kind)).not.toContain('PodDisruptionBudget')
  })

  test('the pod is not root, its root file system is read-only, and it has no rights', async () => {
    const { spec } = podOf(await renderChart()).template
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
    expect(spec.containers[0]?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  test('secrets are folders of files, and no value of one is in the ConfigMap', async () => {
    const all = await renderChart(everything)
    const { containers, volumes } = podOf(all).template.spec
    expect(containers[0]?.volumeMounts.map(({ mountPath }) => mountPath)).toContain('/etc/koff/secrets/kafka')
    expect(JSON.stringify(volumes)).toContain('"secretName":"koff-kafka"')
    expect(all.map(({ kind }) => kind)).not.toContain('Secret')
  })

  test('another configuration restarts the pods', async () => {
    const sumOf = async (values: object) => {
      const { annotations } = podOf(await renderChart(values)).template.metadata
      return annotations['checksum/config']
    }
    expect(await sumOf({})).toBe(await sumOf({ podLabels: { a: 'b' } }))
    expect(await sumOf({})).not.toBe(await sumOf({ config: { kafka: { brokers: 'other:9092' } } }))
  })

  test('more groups get more memory, and resources of one’s own count', async () => {
    const memory = async (values: object) =>
      podOf(await renderChart(values)).template.spec.containers[0]?.resources.requests.memory
    const found = await Promise.all([100, 1000, 10_000].map(groups => memory({ groups })))
    expect(new Set(found).size).toBe(3)
    expect(await memory({ resources: { requests: { memory: '3Gi' } } })).toBe('3Gi')
  })

  test('an image of a digest has no tag', async () => {
    const digest = `sha256:${'0'.repeat(64)}`
    const { containers } = podOf(await renderChart({ image: { digest } })).template.spec
    expect(containers[0]?.image.endsWith(`/koff@${digest}`)).toBe(true)
  })

  test('alerts and dashboard are those of deploy/', async () => {
    const all = await renderChart(everything)
    const groups = (path: string) => (parse(projectFile(path)) as { readonly groups: readonly object[] }).groups
    expect(rendered(all, 'PrometheusRule').spec).toEqual({
      groups: [...groups('deploy/prometheus/koff.rules.yml'), ...groups('deploy/prometheus/groups.rules.yml')],
    })
    const dashboard = all.find(({ metadata }) => metadata.name.endsWith('-dashboard'))
    expect(JSON.parse(dashboard?.data?.['koff.json'] ?? '')).toEqual(
      JSON.parse(projectFile('deploy/grafana/koff.json')),
    )
  })

  test('the ServiceMonitor finds the Service, and its job is the one that the alerts expect', async () => {
    const all = await renderChart(everything)
    const monitor = rendered(all, 'ServiceMonitor').spec as {
      readonly jobLabel: string
      readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
    }
    const { labels } = rendered(all, 'Service').metadata
    expect(labels).toMatchObject(monitor.selector.matchLabels)
    expect(labels[monitor.jobLabel]).toBe('koff')
  })
})

describe('wrong values', () => {
  test.each([
    [{ replicaCount: 'two' }, /replicaCount.*got string, want integer/s],
    [{ replicas: 2 }, /additional properties 'replicas' not allowed/],
    [{ config: { kafka: { brokers: 'a:1' }, http: { port: 1 } } }, /'not' failed/],
    [{ groups: 500 }, /groups.*value must be one of 100, 1000, 10000/s],
    [{ files: { 'a/b': '' } }, /a\/b/],
    [{ ...withVolume, replicaCount: 2 }, /only one instance can use a volume: set replicaCount to 1/],
    [
      { config: { kafka: { brokers: 'a:1' }, sinks: [{ type: 'stdout' }] } },
      /no sink of type kafka, so koff keeps its state in a file: set persistence.enabled/,
    ],
  ])('%j: %s', async (values, message) => {
    await expect(renderChart(values)).rejects.toThrow(message)
  })
})
