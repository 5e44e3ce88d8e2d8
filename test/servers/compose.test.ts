import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connectionSettings, serviceSettings } from '../../src/config/settings.ts'
import { isNamed, readCompose, root } from './compose.ts'
import { versions } from './versions.ts'

const { services, volumes } = await readCompose()

test('docker-compose.yml runs the versions that the tests run', () => {
  expect(services['kafka']?.image).toBe(`apache/kafka:${versions.kafka}`)
  expect(services['registry']?.image).toBe(`apicurio/apicurio-registry:${versions.registry}`)
})

test('whoever is waited for in docker-compose.yml has a health check', () => {
  const awaited = Object.values(services).flatMap(service => Object.keys(service.depends_on))
  expect(awaited.toSorted()).toEqual(['kafka', 'redis', 'registry'])
  expect(awaited.filter(name => services[name]?.healthcheck === undefined)).toEqual([])
})

test('the volumes that docker-compose.yml mounts are declared', () => {
  const mounted = Object.values(services).flatMap(service => service.volumes)
  const named = mounted.filter(isNamed).map(({ from }) => from)
  expect(Object.keys(volumes).toSorted()).toEqual(named.toSorted())
})

test('docker-compose.yml lets no container write to the checkout, nor the engine make folders in it', () => {
  const mounted = Object.values(services).flatMap(service => service.volumes)
  const parts = mounted.filter(volume => !isNamed(volume))
  expect(parts.filter(({ from, readOnly }) => !readOnly || !existsSync(join(root, from)))).toEqual([])
  // What is mounted in a part of the checkout needs a folder there, and those that the engine makes belong to root.
  expect(mounted.filter(({ to }) => parts.some(part => to.startsWith(`${part.to}/`)))).toEqual([])
})

test('koff in docker-compose.yml listens where a published port reaches it', () => {
  const { environment = {}, ports = [] } = services['koff'] ?? {}
  expect(ports).toEqual([`127.0.0.1:${environment['KOFF_HTTP_PORT']}:${environment['KOFF_HTTP_PORT']}`])
  expect(environment['KOFF_HTTP_HOST']).toBe('0.0.0.0')
})

test('koff in docker-compose.yml runs files that exist, with the variables that its configuration reads', async () => {
  const { command = [], volumes: mounted = [] } = services['koff'] ?? {}
  expect(command.slice(0, 2)).toEqual(['run', '-c'])
  const inCheckout = mounted.map(({ from, to }) => command[2]?.replace(to, from)).find(path => path?.startsWith('.'))
  const config = await readFile(join(root, inCheckout ?? ''), 'utf8')
  const settings = [...connectionSettings, ...serviceSettings].map(({ variable }) => variable)
  const given = Object.keys(services['koff']?.environment ?? {}).filter(name => !settings.includes(name))
  expect(given.length).toBeGreaterThan(0)
  for (const name of given) expect(config).toContain(`\${${name}:-`)
})
