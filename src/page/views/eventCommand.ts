/** A word of a shell, whatever characters it has. */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** The command that prints one event. */
export function eventCommand(id: string): string {
  return `koff history events --id ${shellWord(id)} -o json`
}

const flags = [
  ['groups', 'group'],
  ['kind', 'kind'],
  ['type', 'event'],
  ['severity', 'severity'],
  ['topic', 'topic'],
  ['partition', 'partition'],
  ['member', 'member'],
  ['instance', 'instance'],
  ['client', 'client'],
  ['host', 'host'],
  ['from', 'since'],
  ['to', 'until'],
] as const

/** The command that prints the events which the filters of a URL leave. */
export function eventsCommand(query: URLSearchParams): string {
  const words = ['koff', 'history', 'events']
  // The command takes patterns: what would be one stands for itself only where it has no such character.
  const group = query.get('group')
  if (group !== null) words.push('--group', shellWord(group))
  for (const [name, flag] of flags) {
    const value = query.get(name)
    if (value !== null && value !== '') words.push(`--${flag}`, shellWord(value))
  }
  return words.join(' ')
}
