import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

export interface ProgramOptions<T extends ParseArgsOptionsConfig> {
  /** As people start it: `npm run chaos`. */
  readonly program: string
  /** All that it takes, a line each. */
  readonly usage: string
  readonly options: T
  /** What may stand there without a flag. */
  readonly words?: readonly string[]
}

/**
 * What a program of the project was asked for. It ends here with its usage where that was asked for, and with one line and exit
 * code 2 where it knows a flag or a word not.
 */
export function commandLine<const T extends ParseArgsOptionsConfig>({
  program,
  usage,
  options,
  words = [],
}: ProgramOptions<T>) {
  const refuse = (what: string): never => {
    process.stderr.write(`${program}: ${what}; -- --help says more\n`)
    return process.exit(2)
  }
  const config = { options: { ...options, help: { type: 'boolean', short: 'h' } }, allowPositionals: true } as const
  const parsed = attempt(() => parseArgs(config), refuse)
  if ((parsed.values as { readonly help?: boolean }).help === true) {
    process.stdout.write(`${usage.trim()}\n`)
    process.exit(0)
  }
  const stranger = parsed.positionals.find(word => !words.includes(word))
  if (stranger !== undefined) {
    refuse(words.length === 0 ? `takes no ${stranger}` : `unknown ${stranger}; known: ${words.join(', ')}`)
  }
  return parsed
}

function attempt<T>(parse: () => T, refuse: (what: string) => never): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_'))) throw error
    // What follows the first sentence is about a case that is not ours.
    return refuse(error.message.split('. ')[0] ?? error.message)
  }
}
