import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'

/** Of the checkout, where docker-compose.yml is. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

const volume = z
  .string()
  .regex(/^[\w./-]+:\/[\w./-]+(:ro)?$/)
  .transform(text => {
    const [from = '', to = '', mode] = text.split(':')
    return { from, to, readOnly: mode === 'ro' }
  })

const service = z.strictObject({
  image: z.string(),
  build: z.literal('.').optional(),
  read_only: z.literal(true).optional(),
  user: z.string().optional(),
  command: z.array(z.string()).optional(),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/)).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(volume).default([]),
  tmpfs: z.array(z.string()).optional(),
  healthcheck: z.strictObject({
    test: z.tuple([z.literal('CMD'), z.string()], z.string()),
    interval: z.string(),
    timeout: z.string(),
    retries: z.number(),
    start_period: z.string().optional(),
  }),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).default({}),
  restart: z.string().optional(),
})

const schema = z.strictObject({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
})

export type ComposeService = z.infer<typeof service>
export type Compose = z.infer<typeof schema>

/** A volume of the engine, not a part of the checkout. */
export function isNamed({ from }: z.infer<typeof volume>): boolean {
  return !from.startsWith('.')
}

/** What docker-compose.yml says; anything in it that is not known here is an error. */
export async function readCompose(): Promise<Compose> {
  return schema.parse(parse(await readFile(`${root}docker-compose.yml`, 'utf8')))
}
