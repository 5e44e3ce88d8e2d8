import { Argument, type Command, Option } from 'commander'
import { choices } from '../base/nearest.ts'
import { colorChoices, type Ink, inkFor } from './ink.ts'
import type { Shell } from './shell.ts'
import { usage } from './usage.ts'

const outputFormats = ['human', 'wide', 'json'] as const
export type OutputFormat = (typeof outputFormats)[number]

/** What `-o`, `--json` and `--color` say. */
export interface OutputFlags {
  readonly output?: OutputFormat
  readonly json?: true
  readonly color?: (typeof colorChoices)[number]
}

/** How a command shows what it found. */
export interface View {
  /** `wide`: for people, with nothing shortened. */
  readonly format: OutputFormat
  readonly ink: Ink
  /** Columns that a line may have; Infinity where nobody has a screen. */
  readonly width: number
}

/** The one rule for output: for people on a terminal, one JSON object a line elsewhere, unless told otherwise. */
export function addOutputOptions(command: Command): Command {
  command
    .addOption(
      choiceOption(
        '-o, --output <format>',
        'human, wide (nothing shortened) or json (one object a line); human on a terminal, json in a pipe',
        outputFormats,
      ),
    )
    .option('--json', 'the same as -o json')
  return addColorOption(command)
}

export function addColorOption(command: Command): Command {
  const says = 'auto, always or never; auto: on a terminal, unless NO_COLOR is set'
  return command.addOption(choiceOption('--color <when>', says, colorChoices))
}

export function viewOf({ stdout, variables }: Shell, { output, json, color = 'auto' }: OutputFlags): View {
  const isTerminal = stdout.isTTY === true
  const format = json === true ? 'json' : (output ?? (isTerminal ? 'human' : 'json'))
  const given = Number(variables['COLUMNS'])
  const columns = isTerminal ? stdout.columns : Number.isSafeInteger(given) && given > 0 ? given : undefined
  const width = format === 'wide' ? Number.POSITIVE_INFINITY : (columns ?? Number.POSITIVE_INFINITY)
  return { format, ink: inkFor(stdout, { color, variables }), width }
}

/** What `--limit` and `--sort` say. */
export interface ListFlags {
  readonly limit?: number
  readonly sort?: string
}

/** By the names that `--sort` takes; the first is the order without it. */
export type Orders<Row> = Readonly<Record<string, (a: Row, b: Row) => number>>

export function addListOptions<Row>(command: Command, orders: Orders<Row>): Command {
  const names = Object.keys(orders)
  return command
    .addOption(choiceOption('--sort <by>', `${names.join(', ')}; default: ${names[0] ?? ''}`, names))
    .addOption(new Option('--limit <n>', 'at most so many').argParser(parseLimit('--limit')))
}

/** In the order that was asked for, and as many. */
export function listed<Row>(rows: readonly Row[], orders: Orders<Row>, { limit, sort }: ListFlags): Row[] {
  const order = orders[sort ?? Object.keys(orders)[0] ?? '']
  return (order === undefined ? [...rows] : rows.toSorted(order)).slice(0, limit)
}

/** A number of 1 or more. */
export function parseLimit(flag: string): (text: string) => number {
  return text => {
    const number = Number(text)
    if (Number.isSafeInteger(number) && number >= 1) return number
    throw usage(`${flag}: ${JSON.stringify(text)} is no number of 1 or more`)
  }
}

const choicesOfInputs = new WeakMap<Option | Argument, readonly string[]>()

/** A flag that takes one of a few words. */
export function choiceOption(flags: string, description: string, known: readonly string[]): Option {
  const option = new Option(flags, description)
  choicesOfInputs.set(option, known)
  return option.argParser(choice(option.long ?? flags, known))
}

/** An argument that is one of a few words. */
export function choiceArgument(name: string, what: string, known: readonly string[]): Argument {
  const argument = new Argument(name, known.join(', '))
  choicesOfInputs.set(argument, known)
  return argument.argParser(choice(what, known))
}

/** The words that a flag or an argument takes, for completion; undefined where it takes any. */
export function choicesOf(input: Option | Argument): readonly string[] | undefined {
  return choicesOfInputs.get(input)
}

/** One of a few words. */
export function choice<const T extends string>(flag: string, known: readonly T[]): (text: string) => T {
  return text => {
    const found = known.find(name => name === text)
    if (found === undefined) throw usage(`${flag}: unknown ${JSON.stringify(text)}; ${choices(text, known)}`)
    return found
  }
}
