import { Command, CommanderError } from 'commander'
import { placedMessage } from '../app/connection.ts'
import { KoffError } from '../base/errors.ts'
import { terminalText } from '../base/terminalText.ts'
import { version } from '../base/version.ts'
import { exitCodeOf, interruptionCode, note, OutputClosed, put, type Shell } from '../terminal/shell.ts'
import { usageError } from '../terminal/usage.ts'

/** A command under its own flags; `finish` takes its exit code. */
export type CommandBuilder = (shell: Shell, finish: (code: number) => void) => Command

/** In the order of the help. What a command needs is loaded where it is called: RxJS and a logger take longer than the rest. */
const builders: Readonly<Record<string, () => Promise<CommandBuilder>>> = {
  run: async () => (await import('./run.ts')).runCommand,
  events: async () => (await import('./events.ts')).eventsCommand,
  event: async () => (await import('./event.ts')).eventCommand,
  top: async () => (await import('./top.ts')).topCommand,
  page: async () => (await import('./page.ts')).pageCommand,
  print: async () => (await import('./print.ts')).printCommand,
  decode: async () => (await import('./decode.ts')).decodeCommand,
  replay: async () => (await import('./replay.ts')).replayCommand,
  groups: async () => (await import('./groups.ts')).groupsCommand,
  group: async () => (await import('./group.ts')).groupCommand,
  conditions: async () => (await import('./conditions.ts')).conditionsCommand,
  record: async () => (await import('./record.ts')).recordCommand,
  status: async () => (await import('./status.ts')).statusCommand,
  history: async () => (await import('./history.ts')).historyCommand,
  serve: async () => (await import('./serve.ts')).serveCommand,
  config: async () => (await import('./config.ts')).configCommand,
  completion: async () => (await import('./completion.ts')).completionCommand,
}

/**
 * Runs one command line, without `node` and the program's name, and resolves with the exit code: 0, or what the command
 * says (3: the log does not know the time in question); 2 where the command line or a configuration is wrong, 1 where
 * something else went wrong. Each fault is one line on standard error. Never rejects.
 */
export async function main(args: readonly string[], shell: Shell): Promise<number> {
  let code = 0
  const output: string[] = []
  const program = new Command('koff')
    .description('Change data capture for Kafka consumer groups: reads __consumer_offsets, says what happened.')
    .usage('<command> [options]')
    .version(version(), '-V, --version', 'print the version')
    .addHelpText('after', '\nkoff <command> --help says more about a command, with examples.')
  for (const builder of buildersFor(args[0])) {
    const build = await builder()
    program.addCommand(build(shell, result => (code = result)))
  }
  prepare(program, output, shell)
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    code = error instanceof HelpShown ? 0 : report(error, shell)
  }
  await put(shell.stdout, output.join('')).catch((error: unknown) => (code = report(error, shell)))
  return code
}

/** Without a command, koff shows all of them. */
function buildersFor(called: string | undefined): readonly (() => Promise<CommandBuilder>)[] {
  const builder = called === undefined || !Object.hasOwn(builders, called) ? undefined : builders[called]
  // A completion is about all commands.
  if (called === 'completion') return Object.values(builders)
  if (builder !== undefined) return [builder]
  return called === '--version' || called === '-V' ? [] : Object.values(builders)
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
    const lines = `koff: unexpected, a fault of koff itself: ${what}`.split('\n')
    shell.stderr.write(`${lines.map(terminalText).join('\n')}\n`)
    return 1
  }
  const message = placedMessage(shell, error)
  const lines = error.code === 'CONFIG_INVALID' ? message.split('\n') : [message.replaceAll('\n', ' ')]
  // A line that begins with a position in a file stays as it is, so that editors can follow it; host:port is not one.
  const isAboutFile = error.code === 'CONFIG_INVALID' || error.setting !== undefined
  for (const line of lines) {
    if (isAboutFile && /^\S+:\d+: /.test(line)) shell.stderr.write(`${terminalText(line)}\n`)
    else note(shell, line)
  }
  return exitCodeOf(error)
}

/** What went wrong first: what was in use may then fail to close for the same reason. */
function firstOf(error: unknown): unknown {
  return error instanceof SuppressedError ? firstOf(error.suppressed) : error
}
