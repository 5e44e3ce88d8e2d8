import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runKoff } from './runKoff.ts'

let home: string

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'koff-main-'))
  writeFileSync(join(home, 'wrong.yaml'), 'kafka:\n  brokerz: a:9092\nsinks:\n  - type: kafak\n')
  writeFileSync(join(home, 'right.yaml'), 'kafka: { brokers: a:9092 }\n')
})

afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

const commands = [
  'run',
  'events',
  'event',
  'top',
  'print',
  'decode',
  'replay',
  'groups',
  'group',
  'conditions',
  'record',
  'status',
  'config check',
  'config schema',
  'completion',
]

describe('help', () => {
  it('of koff itself names every command', async () => {
    const { code, stdout, stderr } = await runKoff(['--help'])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    for (const command of commands) expect(stdout).toContain(`\n  ${command.split(' ')[0]}`)
  })

  it.each(commands)('of %s says how it is used, with an example', async command => {
    const { code, stdout, stderr } = await runKoff([...command.split(' '), '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^Usage: koff ${command} `))
    expect(stdout).toMatch(new RegExp(`Examples?:\n  koff ${command}`))
  })

  it('has a short flag, and takes precedence over missing arguments', async () => {
    expect((await runKoff(['decode', '-h'])).stdout).toBe((await runKoff(['decode', '--help'])).stdout)
  })

  it('fits a terminal of 120 columns', async () => {
    for (const command of commands) {
      const { stdout } = await runKoff([...command.split(' '), '--help'])
      expect(stdout.split('\n').filter(line => line.length > 120)).toEqual([])
    }
  })
})

describe('the version', () => {
  it('is the one of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    expect(await runKoff(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})

describe('a command line that is wrong', () => {
  it.each<[line: string, message: string]>([
    [
      '',
      'koff: which command? known: run, events, event, top, page, print, decode, replay, groups, group, conditions, record, status, history, serve, config, completion; --help says more',
    ],
    [
      'recrod',
      'koff: unknown command "recrod"; did you mean record? known: run, events, event, top, page, print, decode, replay, groups, group, conditions, record, status, history, serve, config, completion; --help says more',
    ],
    [
      'consume',
      'koff: unknown command "consume"; known: run, events, event, top, page, print, decode, replay, groups, group, conditions, record, status, history, serve, config, completion; --help says more',
    ],
    ['--verson', 'koff: unknown option --verson; did you mean --version? known: --version, --help'],
    ['decode', 'koff: decode: file is missing; usage: koff decode [options] <file...>'],
    [
      'decode --gruop a x',
      'koff: decode: unknown option --gruop; did you mean --group? known: --strict, --output, --json, --color, --group, --type, --partition, --from, --to, --help',
    ],
    [
      'groups --at noon x',
      'koff: --at: "noon" is no time; write 15m (ago), 16:12, yesterday 16:12, 2026-11-24T12:00, @1760000000000 (ms), now',
    ],
    [
      'replay --live-from 1530 x',
      'koff: --live-from: "1530" is a bare number; write 15m (ago), 16:12, yesterday 16:12, 2026-11-24T12:00, @1760000000000 (ms), now; or epoch milliseconds in 12 digits or more',
    ],
    ['events -o jsn', 'koff: --output: unknown "jsn"; did you mean json? known: human, wide, json'],
    ['events --color blue', 'koff: --color: unknown "blue"; known: auto, always, never'],
    [
      'replay --event member-lefft x',
      'koff: --event: unknown event type or severity "member-lefft"; did you mean member-left?',
    ],
    ['replay', 'koff: replay: file is missing; usage: koff replay [options] <file...>'],
    ['run --config nowhere.yaml', 'koff: nowhere.yaml: cannot be read: no such file or directory'],
    ['decode --group', "koff: decode: option '--group <pattern>' argument missing"],
    ['decode --partition -1 x', 'koff: --partition: "-1" is no partition; a number from 0'],
    ['decode --partition all x', 'koff: --partition: "all" is no partition; a number from 0'],
    [
      'decode --from noon x',
      'koff: --from: "noon" is not a position in a log; write an offset, or a time: 15m (ago), 16:12, yesterday 16:12, 2026-11-24T12:00, @1760000000000 (ms), now',
    ],
    [
      'decode --to 99999999999999999999 x',
      'koff: --to: "99999999999999999999" is not a position in a log; write an offset, or a time: 15m (ago), 16:12, yesterday 16:12, 2026-11-24T12:00, @1760000000000 (ms), now',
    ],
    ['record', "koff: record: required option '-o, --output <file>' not specified"],
    ['record --output=', 'koff: --output: must not be empty'],
    ['record --sample-every soon -o x', 'koff: --sample-every: "soon" is no duration; write 10s, or milliseconds'],
    ['print extra', 'koff: print: unexpected "extra"; usage: koff print [options]'],
    ['print --brokers a:b', 'koff: --brokers: must be host:port'],
    ['print --brokers ,', 'koff: --brokers: must be host:port'],
    [
      'print --connect-timeout soon',
      'koff: --connect-timeout: must be a duration: 60s, 15m, 1h30m, or a number of milliseconds',
    ],
    [
      'print --sasl-mechanism SCRAM-SHA-521 --sasl-username u',
      'koff: --sasl-mechanism: unknown "SCRAM-SHA-521"; did you mean SCRAM-SHA-512? known: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER',
    ],
    ['print --tls-ca nowhere.pem', 'koff: --tls-ca: nowhere.pem cannot be read: no such file or directory'],
    ['print -c nowhere.yaml', 'koff: nowhere.yaml: cannot be read: no such file or directory'],
    ['groups --brokers a:9092 x', 'koff: groups: --brokers is for a cluster, but files are given'],
    ['groups -c koff.yaml x', 'koff: groups: --config is for a cluster, but files are given'],
    ['decode --from 7 --to 6 x', 'koff: --from comes after --to: nothing lies between'],
    ['print --from 2026-11-25 --to 2026-11-24', 'koff: --from comes after --to: nothing lies between'],
    ['config', 'koff: config: which command? known: check, schema; --help says more'],
    [
      'config chekc',
      'koff: config: unknown command "chekc"; did you mean check? known: check, schema; --help says more',
    ],
    ['config check', 'koff: check: file is missing; usage: koff config check [options] <file>'],
    ['run --log-level loud', 'koff: --log-level: unknown "loud"; known: debug, info, warn, error, silent'],
    ['run --http-port 99999', 'koff: --http-port: must be at most 65535'],
    ['run --http-host localhost', 'koff: --http-port or KOFF_HTTP_PORT: missing'],
  ])('koff %s', async (line, message) => {
    const { code, stdout, stderr } = await runKoff(line.split(' ').filter(word => word !== ''))
    expect(stderr.replaceAll(`${process.cwd()}/`, '')).toBe(`${message}\n`)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it('shows its argument, without control characters', async () => {
    const { stderr } = await runKoff(['decode', '\u001b[2Jnowhere.log'])
    expect(stderr).toBe('koff: \\u001b[2Jnowhere.log: no such file or directory\n')
  })

  it('names every type of record when it asks for one that does not exist', async () => {
    const { code, stderr } = await runKoff(['decode', '--type', 'offset-comit', 'x'])
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^koff: --type: unknown type "offset-comit"; did you mean OFFSET_COMMIT\? known: .*STREAMS_GROUP_TOPOLOGY\n$/,
    )
  })

  it('with a wrong configuration lists every fault, in a form that editors can follow', async () => {
    const file = join(home, 'wrong.yaml')
    const message = `${file}:2: kafka.brokerz: unknown key; did you mean brokers?\n${file}:4: sinks[0].type: unknown "kafak"; did you mean kafka? known: stdout, kafka, bullmq, history, webhook\n`
    expect(await runKoff(['config', 'check', file])).toEqual({ code: 2, stdout: '', stderr: message })
    expect(await runKoff(['print', '-c', file])).toEqual({ code: 2, stdout: '', stderr: message })
  })

  it('names the variable that caused the fault', async () => {
    const { code, stderr } = await runKoff(['print'], { variables: { KOFF_BROKERS: 'a:b' } })
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'koff: KOFF_BROKERS: must be host:port\n' })
    const { stderr: tls } = await runKoff(['print'], { variables: { KOFF_TLS: '0' } })
    expect(tls).toBe('koff: KOFF_TLS: must be true, false or a mapping of keys to values\n')
  })
})

describe('koff status of a deployment whose state is in a local file', () => {
  it('says where it is, and that only the koff that runs can read it', async () => {
    const file = join(home, 'local-state.yaml')
    writeFileSync(file, 'name: k\nstate: { dir: /var/lib/koff }\nsinks: [{ type: stdout }]\n')
    expect(await runKoff(['status', '-c', file])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'koff: status: nothing writes all events to Kafka, so the state is in /var/lib/koff/k.db, which only the koff that runs can read; its log and /metrics say how far it is\n',
    })
  })
})

describe('what goes wrong later', () => {
  it('is one line too, with exit code 1', async () => {
    expect(await runKoff(['decode', 'nowhere.log'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'koff: nowhere.log: no such file or directory\n',
    })
  })

  it('names the broker that is not there, at once and at the end', async () => {
    const { code, stdout, stderr } = await runKoff(['print', '--brokers', '127.0.0.1:1', '--connect-timeout', '500'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.split('\n')).toEqual([
      'koff: 127.0.0.1:1: connection refused; trying for 0.5 s',
      'koff: no broker within 0.5 s: 127.0.0.1:1: connection refused',
      '',
    ])
  })
})

describe('a service with an impossible configuration', () => {
  it('says where it says so', async () => {
    const file = join(home, 'elsewhere.yaml')
    writeFileSync(file, 'name: koff\nhttp:\n  port: 0\n  host: 192.0.2.1\n  public: true\n')
    const { code, stderr } = await runKoff(['run', '-c', file])
    expect(JSON.parse(stderr)).toMatchObject({
      code: 'CONFIG_INVALID',
      msg: `${file}:4: http.host: cannot listen on 192.0.2.1:0: this machine has no such address`,
    })
    expect(code).toBe(2)
  })

  it('says why it ends also where it has no log', async () => {
    const file = join(home, 'silent.yaml')
    writeFileSync(file, "logLevel: silent\nkafka: { brokers: '127.0.0.1:1', connectTimeoutMs: 300 }\n")
    expect(await runKoff(['run', '-c', file])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'koff: no broker within 0.3 s: 127.0.0.1:1: connection refused\n',
    })
  })
})

describe('the JSON schema of configurations', () => {
  it('is printed as schemas/ has it', async () => {
    const committed = readFileSync(new URL('../../schemas/koff-config.schema.json', import.meta.url), 'utf8')
    expect(await runKoff(['config', 'schema'])).toEqual({ code: 0, stdout: committed, stderr: '' })
  })
})

describe('a right configuration', () => {
  it('is wrong with a variable that overrides it and is', async () => {
    const variables = { KOFF_HTTP_PORT: 'metrics' }
    expect(await runKoff(['config', 'check', join(home, 'right.yaml')], { variables })).toEqual({
      code: 2,
      stdout: '',
      stderr: 'koff: KOFF_HTTP_PORT: must be a whole number, is a text\n',
    })
  })

  it('is said to be right', async () => {
    const file = join(home, 'right.yaml')
    expect(await runKoff(['config', 'check', file])).toEqual({
      code: 0,
      stdout: `${file}: valid; pipelines: stdout\n`,
      stderr: '',
    })
  })
})
