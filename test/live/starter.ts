import { dirname } from 'node:path'
import { startKafka } from '../servers/kafka.ts'
import { startRedis } from '../servers/redis.ts'

/** A program that starts a server, says where, and goes on until something ends it; with `fail`, it fails (`servers.test.ts`). */
const [what, how] = process.argv.slice(2)
const { dataFolder, ...server } = what === 'kafka' ? await startKafka() : await startRedis()
const temporary = what === 'kafka' ? dirname(dirname(dataFolder)) : dataFolder
const address = 'bootstrap' in server ? server.bootstrap : `${server.host}:${server.port}`
process.stdout.write(`${JSON.stringify({ address, temporary })}\n`)
if (how === 'fail') throw new Error('something unforeseen')
setInterval(() => undefined, 60_000)
