import { Command, CommanderError } from 'commander'
import { KoffError } from '../errors.ts'
import { configCommand } from './config.ts'
import { placedMessage } from './connection.ts'
import { decodeCommand } from './decode.ts'
import { eventsCommand } from './events.ts'
import { groupsCommand } from './groups.ts'
import { printCommand } from './print.ts'
import { recordCommand } from './record.ts'
import { replayCommand } from './replay.ts'
import { runCommand } from './run.ts'
import { exitCodeOf, interruptionCode, OutputClosed, put, type Shell } from './shell.ts'
import { statusCommand } from './status.ts'
import { usageError } from './usage.ts'
import { version } from './version.ts'

/** A command under its own flags; `finish` takes its exit code. */
export type CommandBuilder = (shell: Shell, finish: (code: number) => void) => Command

const builders: readonly CommandBuilder[] = [
  runCommand,
  eventsCommand,
  printCommand,
  decodeCommand,
  replayCommand,
  groupsCommand,
  recordCommand,
  statusCommand,
  configCommand,
]

/**
 * Runs one command line, without `node` and the program's name, and resolves with the exit code: 0, or what the command
 * says; 2 where the command line or a configuration is wrong, 1 where something else went wrong. Whatever is wrong is
 * said in one line on standard error, of a configuration one line for each fault. Never rejects.
 */
export async function main(args: readonly string[], shell: Shell): Promise<number> {
  let code = 0
  const output: string[] = []
  const program = new Command('koff')
    .description('Change data capture for Kafka consumer groups: reads __consumer_offsets, says what happened.')
    .usage('<command> [options]')
    .version(version(), '-V, --version', 'print the version')
    .addHelpText('after', '\nkoff <command> --help says more about a command, with examples.')
  for (const build of builders) program.addCommand(build(shell, result => (code = result)))
  prepare(program, output, shell)
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    code = error instanceof HelpShown ? 0 : report(error, shell)
  }
  await put(shell.stdout, output.join('')).catch((error: unknown) => (code = report(error, shell)))
  return code
}

/** Help was asked for and is there; nothing is wrong. */
class HelpShown extends Error {}

/** Gives a command and those under it the manners of all: nothing printed but by us, nothing exits the process. */
function prepare(command: Command, output: string[], shell: Shell): void {
  command
    .configureOutput({
      writeOut: text => output.push(text),
      // What commander has to say comes again as an error, which is reported in one place.
      writeErr: () => undefined,
      getOutHelpWidth: () => Math.min(shell.stdout.columns ?? 120, 120),
      getOutHasColors: () => false,
    })
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError(false)
    .helpCommand(false)
    .exitOverride(error => {
      throw usageError(error, command) ?? new HelpShown()
    })
  for (const child of command.commands) prepare(child, output, shell)
}

function report(thrown: unknown, shell: Shell): number {
  const error = firstOf(thrown)
  if (error instanceof OutputClosed) return 0
  // What was going on when the user wanted an end may say so in its own way.
  if (shell.signal.aborted && !(error instanceof KoffError)) return interruptionCode(shell)
  if (!(error instanceof KoffError)) {
    const what =
      error instanceof CommanderError || !(error instanceof Error) ? String(error) : (error.stack ?? error.message)
    shell.stderr.write(`koff: unexpected, a fault of koff itself: ${what}\n`)
    return 1
  }
  // A line that begins with a place in a file stays as it is, so that editors find it.
  const message = placedMessage(shell, error)
  const lines = error.code === 'CONFIG_INVALID' ? message.split('\n') : [message.replaceAll('\n', ' ')]
  for (const line of lines) shell.stderr.write(/^\S+:\d+: /.test(line) ? `${line}\n` : `koff: ${line}\n`)
  return exitCodeOf(error)
}

/** What went wrong first: what was in use may then fail to close for the same reason. */
function firstOf(error: unknown): unknown {
  return error instanceof SuppressedError ? firstOf(error.suppressed) : error
}
