import type { Command, CommanderError } from 'commander'
import { KoffError } from '../base/errors.ts'
import { choices, nearest } from '../base/nearest.ts'

export function usage(message: string): KoffError {
  return new KoffError('USAGE', message)
}

/**
 * What commander has to say of a command line, as one line with what is known. Null for help and version, which were
 * asked for and are already printed.
 */
export function usageError(error: CommanderError, command: Command): KoffError | null {
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? ''
  const name = nameOf(command)
  switch (error.code) {
    case 'commander.helpDisplayed':
    case 'commander.version':
      return null
    case 'commander.unknownCommand':
    case 'commander.help':
      return unknownCommand(command)
    case 'commander.unknownOption':
      return usage(`${name}unknown option ${quoted}; ${optionChoices(quoted, optionsOf(command))}`)
    case 'commander.missingArgument':
      return usage(`${name}${quoted} is missing; usage: ${usageOf(command)}`)
    case 'commander.excessArguments':
      return excessArguments(command)
    default:
      return usage(`${name}${oneLine(error.message)}`)
  }
}

function optionChoices(given: string, known: readonly string[]): string {
  const other = otherFlags[bare(given)]
  const meant = known.map(bare).find(name => name === other) ?? nearest(bare(given), known.map(bare))
  const option = known.find(candidate => bare(candidate) === meant)
  return `${option === undefined ? '' : `did you mean ${option}? `}known: ${known.join(', ')}`
}

/** What other tools call a flag. */
const otherFlags: Readonly<Record<string, string>> = {
  'bootstrap-server': 'brokers',
  'bootstrap-servers': 'brokers',
  'broker-list': 'brokers',
  broker: 'brokers',
  b: 'brokers',
  'from-beginning': 'from',
  format: 'output',
  lines: 'tail',
  last: 'tail',
  n: 'tail',
  'all-groups': 'all',
  'consumer-group': 'group',
  level: 'severity',
  after: 'since',
  before: 'until',
  describe: 'output',
}

/** Dashes are no part of what was mistyped: `--foo` is not near to `--to`. */
function bare(option: string): string {
  return option.replace(/^--?/, '')
}

function unknownCommand(command: Command): KoffError {
  const given = command.args[0]
  const known = command.commands.map(known => known.name())
  if (given === undefined) return usage(`${nameOf(command)}which command? known: ${known.join(', ')}; --help says more`)
  return usage(`${nameOf(command)}unknown command ${JSON.stringify(given)}; ${choices(given, known)}; --help says more`)
}

function excessArguments(command: Command): KoffError {
  if (command.commands.length > 0) return unknownCommand(command)
  const surplus = command.args[command.registeredArguments.length] ?? ''
  return usage(`${nameOf(command)}unexpected ${JSON.stringify(surplus)}; usage: ${usageOf(command)}`)
}

function optionsOf(command: Command): string[] {
  const options = command.createHelp().visibleOptions(command)
  return options.flatMap(({ long, short }) => long ?? short ?? [])
}

function usageOf(command: Command): string {
  return command.createHelp().commandUsage(command)
}

/** `decode: `; nothing for the program itself. */
function nameOf(command: Command): string {
  return command.parent === null ? '' : `${command.name()}: `
}

function oneLine(message: string): string {
  return message
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim()
}
