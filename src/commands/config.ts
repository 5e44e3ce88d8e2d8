import { Command } from 'commander'
import { put, type Shell } from '../terminal/shell.ts'

export function configCommand(shell: Shell, finish: (code: number) => void): Command {
  const check = new Command('check')
    .summary('check a configuration')
    .description(
      'Reads a configuration as koff run would, with its files and all variables, and reports all faults in it.',
    )
    .argument('<file>', 'YAML')
    .action(async (file: string) => {
      const { loadConfig } = await import('../config/load.ts')
      const { connectionSettings, serviceSettings, settingsFrom } = await import('../config/settings.ts')
      const { planPipelines } = await import('../pipelines/plan.ts')
      const { variables } = shell
      const settings = settingsFrom(variables, {}, [...connectionSettings, ...serviceSettings])
      const { carrier, followers } = await planPipelines(loadConfig({ file, settings, variables }))
      const all = [carrier, ...followers].map(({ name, to }) => (name === to.type ? name : `${name} (${to.type})`))
      await put(shell.stdout, `${file}: valid; pipelines: ${all.join(', ')}\n`)
      finish(0)
    })
    .addHelpText('after', '\nExample:\n  koff config check config/koff.example.yaml')
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
