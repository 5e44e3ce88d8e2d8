import { KoffError } from '../../src/base/errors.ts'
import { loadPipeline } from '../../src/pipelines/load.ts'

/** A program that loads the files it is given, as koff does, and says what came of it (`load.test.ts`). */
const results: unknown[] = []
for (const file of process.argv.slice(2)) {
  try {
    const { name, on, operators, to } = await loadPipeline(file)
    results.push({ name, on, operators: operators.length, to })
  } catch (error) {
    if (!(error instanceof KoffError)) throw error
    results.push({ code: error.code, message: error.message })
  }
}
process.stdout.write(JSON.stringify(results))
