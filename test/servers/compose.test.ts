import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { connectionSettings, serviceSettings } from '../../src/config/settings.ts'
import { versions } from './versions.ts'

const root = new URL('../../', import.meta.url)

const compose = z.strictObject({
  services: z.record(
    z.string(),
    z.strictObject({
      image: z.string(),
      command: z.array(z.string()).optional(),
      working_dir: z.string().optional(),
      ports: z.array(z.string().regex(/^\d+:\d+$/)).optional(),
      environment: z.record(z.string(), z.string()).optional(),
      volumes: z.array(z.string()).optional(),
      healthcheck: z
        .strictObject({
          test: z.array(z.string()).min(2),
          interval: z.string(),
          timeout: z.string(),
          retries: z.number(),
          start_period: z.string().optional(),
        })
        .optional(),
      depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).optional(),
      restart: z.string().optional(),
    }),
  ),
  volumes: z.record(z.string(), z.null()),
})

const { services, volumes } = compose.parse(parse(await readFile(new URL('docker-compose.yml', root), 'utf8')))

test('docker-compose.yml runs the versions that the tests run', () => {
  expect(services['kafka']?.image).toBe(`apache/kafka:${versions.kafka}`)
  expect(services['registry']?.image).toBe(`apicurio/apicurio-registry:${versions.registry}`)
})

test('whoever is waited for in docker-compose.yml has a health check', () => {
  const awaited = Object.values(services).flatMap(service => Object.keys(service.depends_on ?? {}))
  expect(awaited.toSorted()).toEqual(['kafka', 'redis', 'registry'])
  expect(awaited.filter(name => services[name]?.healthcheck === undefined)).toEqual([])
})

test('the volumes that docker-compose.yml mounts are declared', () => {
  const mounted = Object.values(services).flatMap(service => service.volumes ?? [])
  const named = mounted.map(mount => mount.split(':')[0] ?? '').filter(name => !name.startsWith('.'))
  expect(Object.keys(volumes).toSorted()).toEqual(named.toSorted())
})

test('koff in docker-compose.yml runs files that exist, with the variables that its configuration reads', async () => {
  const [shell, flag, line = ''] = services['koff']?.command ?? []
  expect([shell, flag]).toEqual(['sh', '-c'])
  const files = line.match(/\S+\.(?:js|yaml)/g) ?? []
  expect(files).toHaveLength(2)
  expect(files.filter(file => !existsSync(new URL(file, root)))).toEqual([])
  const config = await readFile(new URL(files[1] ?? '', root), 'utf8')
  const settings = [...connectionSettings, ...serviceSettings].map(({ variable }) => variable)
  const given = Object.keys(services['koff']?.environment ?? {}).filter(name => !settings.includes(name))
  expect(given.length).toBeGreaterThan(0)
  for (const name of given) expect(config).toContain(`\${${name}:-`)
})
