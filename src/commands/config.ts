import { Command } from 'commander'
import type { Config } from '../config/schema.ts'
import type { PipelinePlan } from '../pipelines/plan.ts'
import { waitProgress } from '../terminal/progress.ts'
import { note, put, type Shell } from '../terminal/shell.ts'

export function configCommand(shell: Shell, finish: (code: number) => void): Command {
  const check = new Command('check')
    .summary('check a configuration')
    .description(
      'Reads a configuration as koff run would, with its files and all variables, and reports all faults in it.',
    )
    .argument('<file>', 'YAML')
    .option('--connect', 'also reach brokers, schema registry, Redis and files, and say what is missing')
    .action(async (file: string, { connect }: { readonly connect?: true }) => {
      const { loadConfig } = await import('../config/load.ts')
      const { connectionSettings, serviceSettings, settingsFrom } = await import('../config/settings.ts')
      const { planPipelines } = await import('../pipelines/plan.ts')
      const { variables } = shell
      const settings = settingsFrom(variables, {}, [...connectionSettings, ...serviceSettings])
      const { config: loaded, placeOf } = loadConfig({ file, settings, variables })
      const plan = await planPipelines({ config: loaded, placeOf })
      const { carrier, followers } = plan
      const all = [carrier, ...followers].map(({ name, to }) => (name === to.type ? name : `${name} (${to.type})`))
      const { configWarnings } = await import('../config/warnings.ts')
      for (const warning of configWarnings(file, loaded, variables)) note(shell, `warning: ${warning}`)
      await put(shell.stdout, `${file}: valid; pipelines: ${all.join(', ')}\n`)
      finish(connect === true ? await reach(shell, loaded, plan) : 0)
    })
    .addHelpText(
      'after',
      `
It warns of settings that are unsafe or have no effect: SASL without TLS, secrets that stand in the file, metrics that
no one can read. --connect creates nothing, and exits with 1 where something is missing.

Examples:
  koff config check config/koff.example.yaml
  koff config check --connect koff.yaml`,
    )
  const schema = new Command('schema')
    .summary('the JSON schema of configurations')
    .description(
      'Prints the JSON schema of configurations, for editors. It is schemas/koff-config.schema.json of this version.',
    )
    .action(async () => {
      const { configJsonSchema } = await import('../config/jsonSchema.ts')
      await put(shell.stdout, `${JSON.stringify(configJsonSchema(), null, 2)}\n`)
      finish(0)
    })
    .addHelpText(
      'after',
      `
In a configuration, for editors with the YAML language server:
  # yaml-language-server: $schema=koff-config.schema.json

Example:
  koff config schema > koff-config.schema.json`,
    )
  return new Command('config')
    .summary('look at a configuration')
    .description('Checks configurations.')
    .addCommand(check)
    .addCommand(schema)
}

/** Says of each what came of it as soon as it is known: one that is not there takes its time. */
async function reach(shell: Shell, config: Config, plan: PipelinePlan): Promise<number> {
  const { reachAll } = await import('../app/reachability.ts')
  let missing = 0
  let waiting = waitProgress(shell, 'trying what the configuration names')
  for await (const { what, isThere, says, tookMs } of reachAll(config, plan, shell.signal)) {
    if (!isThere) missing += 1
    waiting.clear()
    await put(shell.stdout, `${isThere ? 'ok     ' : 'missing'}  ${what}: ${says} (${tookMs} ms)\n`)
    waiting = waitProgress(shell, 'trying the next')
  }
  waiting.clear()
  return missing === 0 ? 0 : 1
}
