import type { Command } from 'commander'
import type { KoffError } from '../base/errors.ts'
import type { LoadedConfig } from '../config/load.ts'
import type { PlaceOf } from '../config/places.ts'
import type { KafkaConfig } from '../config/schema.ts'
import { connectionSettings, type SettingDefinition, settingsFrom } from '../config/settings.ts'
import { revealed } from '../config/values/revealed.ts'
import type { BrokerOptions } from '../kafka/net/brokerOptions.ts'
import type { Shell } from '../terminal/shell.ts'

/** The flags of the connection, parsed by commander, and others. */
export type ConnectionFlags = Readonly<Record<string, unknown>> & { readonly config?: string }

/** Adds `-c` and a flag for every setting of a cluster that is not a secret to a command. */
export function addConnectionOptions(command: Command): Command {
  command.option('-c, --config <file>', 'the configuration with the settings of the cluster')
  return addSettings(command, connectionSettings)
}

export function addSettings(command: Command, definitions: readonly SettingDefinition[]): Command {
  for (const { flag, kind, says } of definitions) {
    if (flag !== undefined) command.option(kind === 'switch' ? `--${flag}` : `--${flag} <${kind}>`, says)
  }
  return command
}

/** The first flag of the connection, `--brokers`; for commands that work without a cluster. */
export function connectionFlagIn(flags: ConnectionFlags): string | undefined {
  const names = ['config', ...connectionSettings.flatMap(({ flag }) => flag ?? [])]
  const given = names.find(name => flags[camelCase(name)] !== undefined)
  return given === undefined ? undefined : `--${given}`
}

export const connectionHelp = `
Where no flag says how to reach the cluster, KOFF_BROKERS, KOFF_TLS_CA, KOFF_SASL_PASSWORD and so on do, then the
configuration; then it is localhost:9092.`

/**
 * The configuration from flags, variables and a file; of flags and variables those in `definitions`.
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

/** The origin of the configuration of the running command, for later errors. */
const places = new WeakMap<Shell, PlaceOf>()

/** The message of an error, after its position in the configuration, if it has one. */
export function placedMessage(shell: Shell, { message, setting }: KoffError): string {
  const placeOf = places.get(shell)
  return setting === undefined || placeOf === undefined ? message : `${placeOf(setting).text}: ${message}`
}

/** Reveals the secrets: for connecting, not for printing. */
export function brokerOptions(kafka: KafkaConfig): BrokerOptions {
  const { sasl } = kafka
  if (sasl?.mechanism !== 'OAUTHBEARER') return revealed({ ...kafka, sasl })
  const { mechanism, token } = sasl
  return { ...revealed({ ...kafka, sasl: undefined }), sasl: { mechanism, token: () => token.reveal() } }
}

function camelCase(flag: string): string {
  return flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
