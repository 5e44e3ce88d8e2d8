/** A text with its variables filled in, or why that is impossible. */
export type Interpolated =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'fault'; readonly fault: string }

const reference = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g

/**
 * Fills in `${NAME}` and `${NAME:-default}`; as in a shell, the default also replaces an empty variable. `$${` is a
 * literal `${`. A variable without a value and without a default is a fault: an empty password or topic by mistake is
 * worse than an error.
 */
export function interpolate(text: string, variables: NodeJS.ProcessEnv): Interpolated {
  let fault: string | undefined
  const filled = text.replaceAll(reference, (match, name?: string, fallback?: string) => {
    if (match === '$${') return '${'
    if (name === undefined) {
      fault ??= '${ without a variable; write ${NAME}, ${NAME:-default}, or $${ for the characters themselves'
      return ''
    }
    const value = variables[name]
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value
    if (value === undefined) fault ??= `\${${name}} is not set; set it, or write \${${name}:-default}`
    return value ?? ''
  })
  return fault === undefined ? { kind: 'text', text: filled } : { kind: 'fault', fault }
}
