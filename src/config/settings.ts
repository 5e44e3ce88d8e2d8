import { resolve } from 'node:path'
import type { Path } from './document.ts'

/** One value that overrides the configuration file, with the name that the user gave it. */
export interface Setting {
  /** `--brokers`, `KOFF_BROKERS`: its name in messages. */
  readonly name: string
  readonly path: Path
  readonly value: unknown
}

export interface SettingDefinition {
  readonly variable: string
  /** Long flag; none for a secret, because every user of the machine can read the process list. */
  readonly flag?: string
  readonly path: Path
  /** Converts the text to the value that the file would have; paths are relative to the working directory. */
  readonly kind: 'text' | 'host:port' | 'file' | 'secret-file' | 'milliseconds' | 'switch' | 'level' | 'port'
  readonly says: string
}

function define(
  path: string,
  variable: string,
  kind: SettingDefinition['kind'],
  says: string,
  flag?: string,
): SettingDefinition {
  return { variable, ...(flag === undefined ? {} : { flag }), path: path.split('.'), kind, says }
}

/** Settings of a cluster, which need no configuration file. */
export const connectionSettings: readonly SettingDefinition[] = [
  define('kafka.brokers', 'KOFF_BROKERS', 'host:port', 'some brokers of the cluster, separated by commas', 'brokers'),
  define('kafka.clientId', 'KOFF_CLIENT_ID', 'text', 'client id of koff', 'client-id'),
  define(
    'kafka.connectTimeoutMs',
    'KOFF_CONNECT_TIMEOUT_MS',
    'milliseconds',
    'time to wait for the first connection, in ms',
    'connect-timeout',
  ),
  define('kafka.tls', 'KOFF_TLS', 'switch', 'speak TLS', 'tls'),
  define('kafka.tls.ca', 'KOFF_TLS_CA', 'file', 'authorities to trust, PEM', 'tls-ca'),
  define('kafka.tls.cert', 'KOFF_TLS_CERT', 'file', 'client certificate of koff, PEM', 'tls-cert'),
  define('kafka.tls.key', 'KOFF_TLS_KEY', 'file', 'its private key, PEM', 'tls-key'),
  define('kafka.tls.passphrase', 'KOFF_TLS_PASSPHRASE', 'text', 'passphrase of the private key'),
  define(
    'kafka.tls.servername',
    'KOFF_TLS_SERVERNAME',
    'text',
    'name in the certificate of the broker',
    'tls-servername',
  ),
  define(
    'kafka.sasl.mechanism',
    'KOFF_SASL_MECHANISM',
    'text',
    'PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER',
    'sasl-mechanism',
  ),
  define('kafka.sasl.username', 'KOFF_SASL_USERNAME', 'text', 'user name for PLAIN and SCRAM', 'sasl-username'),
  define('kafka.sasl.password', 'KOFF_SASL_PASSWORD', 'text', 'password for PLAIN and SCRAM'),
  define(
    'kafka.sasl.password',
    'KOFF_SASL_PASSWORD_FILE',
    'secret-file',
    'file with the password for PLAIN and SCRAM',
    'sasl-password-file',
  ),
  define('kafka.sasl.token', 'KOFF_SASL_TOKEN', 'text', 'of OAUTHBEARER'),
  define(
    'kafka.sasl.token',
    'KOFF_SASL_TOKEN_FILE',
    'secret-file',
    'file with the token for OAUTHBEARER',
    'sasl-token-file',
  ),
]

/** Selects the deployment that a command asks about. */
export const nameSettings: readonly SettingDefinition[] = [
  define('name', 'KOFF_NAME', 'text', 'name of the deployment to ask for open conditions; koff unless given', 'name'),
]

/** Further settings of a service. */
export const serviceSettings: readonly SettingDefinition[] = [
  define('logLevel', 'KOFF_LOG_LEVEL', 'level', 'lowest level that koff logs, to standard error', 'log-level'),
  define('http.port', 'KOFF_HTTP_PORT', 'port', 'port of /metrics, /healthz, /readyz and /api', 'http-port'),
  define('http.host', 'KOFF_HTTP_HOST', 'text', 'address to listen on; 127.0.0.1 unless given', 'http-host'),
  define('http.tokenFile', 'KOFF_HTTP_TOKEN_FILE', 'file', 'file with the token that clients send', 'http-token-file'),
  define('http.public', 'KOFF_HTTP_PUBLIC', 'switch', 'other machines may ask without a token', 'http-public'),
]

function valueOf(kind: SettingDefinition['kind'], text: string): unknown {
  switch (kind) {
    case 'file':
      return text.includes('-----BEGIN ') ? text : resolve(text)
    case 'secret-file':
      return { file: resolve(text) }
    case 'switch':
    case 'text':
    case 'host:port':
    case 'milliseconds':
    case 'level':
    case 'port':
      return text
  }
}

/** Settings from KOFF_ variables; flags override them. An empty variable counts as not set. */
export function settingsFrom(
  variables: NodeJS.ProcessEnv,
  flags: Readonly<Record<string, string | true | undefined>>,
  definitions: readonly SettingDefinition[] = connectionSettings,
): Setting[] {
  const fromVariables = definitions.flatMap(({ variable, path, kind }) => {
    const text = variables[variable]
    return text === undefined || text === '' ? [] : [{ name: variable, path, value: valueOf(kind, text) }]
  })
  const fromFlags = definitions.flatMap(({ flag, path, kind }) => {
    const given = flag === undefined ? undefined : flags[flag]
    if (flag === undefined || given === undefined) return []
    return [{ name: `--${flag}`, path, value: given === true ? true : valueOf(kind, given) }]
  })
  return [...fromVariables, ...fromFlags]
}

/** How to set a path that is missing: `--sasl-username or KOFF_SASL_USERNAME`. */
export function settingNames(path: Path): string | undefined {
  const same = [...connectionSettings, ...nameSettings, ...serviceSettings].filter(
    setting => setting.path.join('.') === path.join('.'),
  )
  const names = same.flatMap(({ flag, variable }) => (flag === undefined ? [variable] : [`--${flag}`, variable]))
  return names.length === 0 ? undefined : names.join(' or ')
}
