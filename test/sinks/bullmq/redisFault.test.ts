import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { redisPlace, redisSecrets } from '../../../src/sinks/bullmq/client.ts'
import { redisFault } from '../../../src/sinks/bullmq/redisFault.ts'

/* What Redis says and what ioredis throws; with real servers: test/live/bullmqSink.test.ts. */

const fault = (message: string, fields: object = {}) =>
  redisFault(Object.assign(new Error(message), fields), 'Redis at a:6379', [])

test.each([
  ['WRONGPASS invalid username-password pair or user is disabled.', 'AUTHENTICATION_FAILED', false],
  ['NOAUTH Authentication required.', 'AUTHENTICATION_FAILED', false],
  ['ERR AUTH <password> called without any password configured', 'AUTHENTICATION_FAILED', false],
  ["NOPERM this user has no permissions to run the 'evalsha' command", 'AUTHORIZATION_FAILED', false],
  [
    "ERR Error running script (call to f_5ab): @user_script: 579: The user executing the script can't run this command or subcommand",
    'AUTHORIZATION_FAILED',
    false,
  ],
  ["ERR ACL failure in script: User koff has no permissions to run the 'hset' command", 'AUTHORIZATION_FAILED', false],
  ['ERR DB index is out of range', 'UNSUPPORTED', false],
  ["OOM command not allowed when used memory > 'maxmemory'.", 'SINK_FAILED', true],
  ["READONLY You can't write against a read only replica.", 'SINK_FAILED', true],
  ['LOADING Redis is loading the dataset in memory', 'SINK_FAILED', true],
  ['connect ECONNREFUSED 127.0.0.1:6379', 'SINK_FAILED', true],
])('%s', (message, code, retriable) => {
  expect(fault(message)).toMatchObject({ code, retriable })
  expect(fault(message).message).toMatch(/^Redis at a:6379/)
})

test('a Redis that answers is reachable: its refusal is quoted', () => {
  const said = 'MISCONF Errors writing to the AOF file: No space left on device'
  expect(fault(said, { name: 'ReplyError' })).toMatchObject({
    code: 'SINK_FAILED',
    retriable: true,
    message: `Redis at a:6379 refuses a command: ${said}`,
  })
})

test('a certificate that is not trusted is said to be so', () => {
  expect(fault('self-signed certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })).toMatchObject({
    code: 'AUTHENTICATION_FAILED',
    message: 'Redis at a:6379: its TLS certificate is not trusted (self-signed certificate); see redis.tls.ca',
  })
})

test('a Redis without a version of TLS in common is not tried again', () => {
  const said = '40FD:error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:rec_layer_s3.c:918:'
  expect(fault(said, { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' })).toMatchObject({
    code: 'UNSUPPORTED',
    retriable: false,
    message:
      'Redis at a:6379: it has no TLS version in common with koff (TLS 1.2 to TLS 1.3); enable one of these versions on the server',
  })
})

test('a cluster without a node that answers gives the last reason', () => {
  const error = { lastNodeError: new Error('WRONGPASS invalid username-password pair') }
  expect(fault('Failed to refresh slots cache.', error)).toMatchObject({ code: 'AUTHENTICATION_FAILED' })
})

test('the address of Redis is shown without credentials', () => {
  expect(redisPlace({})).toBe('Redis at localhost:6379')
  expect(redisPlace({ url: 'rediss://koff:hunter2@redis.example.org:6380/3' })).toBe('Redis at redis.example.org:6380')
  expect(redisPlace({ cluster: ['a:1', 'b:2'] })).toBe('Redis Cluster at a:1,b:2')
  expect(redisPlace({ sentinel: { name: 'primary', nodes: ['a:1'], password: 'hunter2' } })).toBe(
    'Redis primary of the sentinels at a:1',
  )
})

test('a server that repeats the command shows no password', () => {
  const secrets = redisSecrets({
    url: 'redis://koff:hunter2%2Fa@a',
    password: 'swordfish',
    sentinel: { name: 'p', nodes: ['a'], password: 'tr0ub4dor' },
  })
  const said =
    "ERR unknown command 'HELLO', with args beginning with: 'hunter2/a' 'hunter2%2Fa' 'swordfish' 'tr0ub4dor'"
  const command = { name: 'auth', args: ['swordfish'] }
  const error = redisFault(Object.assign(new Error(said), { name: 'ReplyError', command }), 'Redis at a', secrets)
  expect(inspect(error, { depth: 10 })).not.toMatch(/hunter2|swordfish|tr0ub4dor/)
  expect(error.message).toBe(
    "Redis at a cannot hold a queue: ERR unknown command 'HELLO', with args beginning with: '[hidden]' '[hidden]' '[hidden]' '[hidden]'",
  )
})
