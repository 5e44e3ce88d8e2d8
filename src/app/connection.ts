import type { Command } from 'commander'
import type { KoffError } from '../base/errors.ts'
import type { LoadedConfig } from '../config/load.ts'
import type { PlaceOf } from '../config/places.ts'
import type { KafkaConfig } from '../config/schema.ts'
import { connectionSettings, type SettingDefinition, settingsFrom } from '../config/settings.ts'
import { revealed } from '../config/values/revealed.ts'
import type { BrokerOptions } from '../kafka/net/brokerOptions.ts'
import type { Shell } from '../terminal/shell.ts'

/** What commander makes of the connection's flags, and more. */
export type ConnectionFlags = Readonly<Record<string, unknown>> & { readonly config?: string }

/** Gives a command `-c` and a flag for everything that can be said of a cluster without a secret in it. */
export function addConnectionOptions(command: Command): Command {
  command.option('-c, --config <file>', 'the configuration to take the cluster from')
  return addSettings(command, connectionSettings)
}

export function addSettings(command: Command, definitions: readonly SettingDefinition[]): Command {
  for (const { flag, kind, says } of definitions) {
    if (flag !== undefined) command.option(kind === 'switch' ? `--${flag}` : `--${flag} <${kind}>`, says)
  }
  return command
}

/** The first flag that speaks of a cluster, `--brokers`; for commands that can do without one. */
export function connectionFlagIn(flags: ConnectionFlags): string | undefined {
  const names = ['config', ...connectionSettings.flatMap(({ flag }) => flag ?? [])]
  const given = names.find(name => flags[camelCase(name)] !== undefined)
  return given === undefined ? undefined : `--${given}`
}

export const connectionHelp = `
Where no flag says how to reach the cluster, KOFF_BROKERS, KOFF_TLS_CA, KOFF_SASL_PASSWORD and so on do, then the
configuration; then it is localhost:9092.`

/**
 * The configuration that flags, variables and a file make together; of flags and variables those that `definitions`
 * knows.
 *
 * Rejects with KoffError CONFIG_INVALID.
 */
export async function configOf(
  shell: Shell,
  flags: ConnectionFlags,
  definitions: readonly SettingDefinition[] = connectionSettings,
): Promise<LoadedConfig> {
  const { loadConfig } = await import('../config/load.ts')
  const given: Record<string, string | true> = {}
  for (const { flag } of definitions) {
    const value = flag === undefined ? undefined : flags[camelCase(flag)]
    if (flag !== undefined && (value === true || typeof value === 'string')) given[flag] = value
  }
  const settings = settingsFrom(shell.variables, given, definitions)
  const loaded = loadConfig({ file: flags.config, settings, variables: shell.variables })
  places.set(shell, loaded.placeOf)
  return loaded
}

/** Where the command that runs has its configuration from, for what goes wrong later. */
const places = new WeakMap<Shell, PlaceOf>()

/** What the error says, after the place in the configuration that it is about, if there is one. */
export function placedMessage(shell: Shell, { message, setting }: KoffError): string {
  const placeOf = places.get(shell)
  return setting === undefined || placeOf === undefined ? message : `${placeOf(setting).text}: ${message}`
}

/** Reveals the secrets: for what connects, not for what prints. */
export function brokerOptions(kafka: KafkaConfig): BrokerOptions {
  const { sasl } = kafka
  if (sasl?.mechanism !== 'OAUTHBEARER') return revealed({ ...kafka, sasl })
  const { mechanism, token } = sasl
  return { ...revealed({ ...kafka, sasl: undefined }), sasl: { mechanism, token: () => token.reveal() } }
}

function camelCase(flag: string): string {
  return flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
