import type { Command, Option } from 'commander'
import { choicesOf } from './output.ts'

export const shells = ['bash', 'zsh', 'fish'] as const

/** A command with its words: those of `koff config check` are `config check`. */
interface Node {
  readonly path: string
  readonly says: string
  readonly commands: readonly Node[]
  /** What its argument can be; [] where that is open. */
  readonly words: readonly string[]
  readonly options: readonly Option[]
}

/** A script that completes what `program` knows. Group ids and files are left to the shell. */
export function completionScript(shell: (typeof shells)[number], program: Command): string {
  const root = nodeOf(program, '')
  switch (shell) {
    case 'bash':
      return bash(root)
    case 'zsh':
      return zsh(root)
    case 'fish':
      return fish(root)
  }
}

function nodeOf(command: Command, path: string): Node {
  const below = (child: Command) => nodeOf(child, path === '' ? child.name() : `${path} ${child.name()}`)
  return {
    path,
    says: command.summary() || command.description(),
    commands: command.commands.map(below),
    words: command.registeredArguments.flatMap(argument => choicesOf(argument) ?? []),
    options: command.createHelp().visibleOptions(command),
  }
}

function all(node: Node): Node[] {
  return [node, ...node.commands.flatMap(all)]
}

function nameOf({ path }: Node): string {
  return path.split(' ').at(-1) ?? ''
}

function flagsOf({ options }: Node): string[] {
  return options.flatMap(({ long, short }) => [long, short].flatMap(flag => flag ?? []))
}

/** For the shells that see one word after the other: finds out which command is called. */
function walk(root: Node): string {
  return all(root)
    .filter(({ path }) => path !== '')
    .map(({ path }) => `"${path.includes(' ') ? path : ` ${path}`}"`)
    .join('|')
}

/** `"events:--severity"`, with the values that the flag takes. */
function valueCases(root: Node): (readonly [string, readonly string[]])[] {
  return all(root).flatMap(({ path, options }) =>
    options.flatMap(option => {
      const values = choicesOf(option)
      const flags = [option.long, option.short].flatMap(flag => flag ?? [])
      return values === undefined ? [] : [[flags.map(flag => `"${path}:${flag}"`).join('|'), values] as const]
    }),
  )
}

function bash(root: Node): string {
  const values = valueCases(root).map(([flags, words]) => `    ${flags}) words="${words.join(' ')}" ;;`)
  const words = all(root).map(node => {
    const names = [...node.commands.map(nameOf), ...node.words, ...flagsOf(node)]
    return `      "${node.path}") words="${names.join(' ')}" ;;`
  })
  return `# Completion of koff for bash: source <(koff completion bash)
_koff() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path \${COMP_WORDS[i]}" in
      ${walk(root)}) path="\${path:+$path }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path:$prev" in
${values.join('\n')}
    *) case "$path" in
${words.join('\n')}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _koff koff
`
}

function zsh(root: Node): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
  const entry = (name: string, says: string) => quoted(`${name.replaceAll(':', '\\:')}:${says}`)
  const values = valueCases(root).map(([flags, words]) => `    ${flags}) compadd -- ${words.join(' ')}; return ;;`)
  const cases = all(root).map(node => {
    const commands = [...node.commands.map(child => entry(nameOf(child), child.says)), ...node.words.map(quoted)]
    const options = node.options.flatMap(({ long, short, description }) =>
      [long, short].flatMap(flag => (flag === undefined ? [] : [entry(flag, description)])),
    )
    return `    "${node.path}") commands=(${commands.join(' ')}); options=(${options.join(' ')}) ;;`
  })
  return `#compdef koff
# Completion of koff for zsh: source <(koff completion zsh)
_koff() {
  local called="" word
  local -a commands options
  for word in \${words[2,CURRENT-1]}; do
    case "$called $word" in
      ${walk(root)}) called="\${called:+$called }$word" ;;
    esac
  done
  case "$called:\${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  case "$called" in
${cases.join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then _describe option options
  elif (( \${#commands} )); then _describe command commands
  else _files
  fi
}
compdef _koff koff
`
}

function fish(root: Node): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const when = ({ path }: Node) => `__koff_is ${path}`.trimEnd()
  const paths = all(root).flatMap(({ path }) => (path === '' ? [] : [quoted(path)]))
  const lines = all(root).flatMap(node => [
    ...node.commands.map(
      child => `complete -c koff -n ${quoted(when(node))} -f -a ${nameOf(child)} -d ${quoted(child.says)}`,
    ),
    ...node.words.map(word => `complete -c koff -n ${quoted(when(node))} -f -a ${word}`),
    ...node.options.map(option => {
      const long = option.long === undefined ? '' : ` -l ${option.long.slice(2)}`
      const short = option.short === undefined ? '' : ` -s ${option.short.slice(1)}`
      const values = choicesOf(option)
      const takes = values !== undefined ? ` -x -a ${quoted(values.join(' '))}` : option.required ? ' -r' : ''
      return `complete -c koff -n ${quoted(when(node))}${long}${short}${takes} -d ${quoted(option.description)}`
    }),
  ])
  return `# Completion of koff for fish: koff completion fish | source
function __koff_is
  set -l words (commandline -opc)
  set -e words[1]
  set -l path ""
  for word in $words
    set -l longer (string trim -- "$path $word")
    contains -- $longer ${paths.join(' ')}; and set path $longer
  end
  test "$path" = "$argv"
end
${lines.join('\n')}
`
}
