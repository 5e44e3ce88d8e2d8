import { Command } from 'commander'
import { completionScript, shells } from '../terminal/completion.ts'
import { choiceArgument } from '../terminal/output.ts'
import { put, type Shell } from '../terminal/shell.ts'

export function completionCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('completion')
    .summary('completion of commands and flags for a shell')
    .description('Prints a script that completes the commands and flags of koff in bash, zsh or fish.')
    .addArgument(choiceArgument('<shell>', 'completion', shells))
    .action(async (name: (typeof shells)[number]) => {
      // `main` has built all commands for this one.
      await put(shell.stdout, completionScript(name, command.parent ?? command))
      finish(0)
    })
  return command.addHelpText(
    'after',
    `
For this session, or in the file that the shell reads at its start:
  bash: source <(koff completion bash)
  zsh:  source <(koff completion zsh)
  fish: koff completion fish | source

Examples:
  koff completion bash
  koff completion zsh
  koff completion fish`,
  )
}
