import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { fileURLToPath } from 'node:url'

/** From dist/ in an installed package, from src/ in a checkout: a neighbour of this module. */
const self = new URL(import.meta.url.endsWith('.ts') ? '../index.ts' : '../index.js', import.meta.url).href

let isDone = false

/**
 * From now on `koff` is the koff that runs, whoever imports it and from where: in a checkout nothing is built that the name
 * could stand for, and a pipeline file may lie where no node_modules is near. `rxjs` is taken from here where the importer
 * has none. And TypeScript below node_modules, which Node refuses, is stripped: so the pipelines of an installed koff run.
 */
export function resolveKoff(): void {
  if (isDone) return
  isDone = true
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'koff') return { url: self, shortCircuit: true }
      try {
        return next(specifier, context)
      } catch (error) {
        if (specifier !== 'rxjs' && !specifier.startsWith('rxjs/')) throw error
        return next(specifier, { ...context, parentURL: import.meta.url })
      }
    },
    load(url, context, next) {
      if (!/^file:.*\/node_modules\/.*\.m?ts$/.test(url)) return next(url, context)
      const { source } = next(url, { ...context, format: 'module' })
      const text = typeof source === 'string' ? source : new TextDecoder().decode(source)
      return {
        format: 'module',
        source: stripTypeScriptTypes(text, { sourceUrl: fileURLToPath(url) }),
        shortCircuit: true,
      }
    },
  })
}
