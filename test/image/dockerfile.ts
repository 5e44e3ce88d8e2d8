import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Instruction {
  readonly name: string
  readonly text: string
}

/** The stages of the project's Dockerfile: each is what follows a FROM. Instructions before the first come first. */
export function readDockerfile(): readonly (readonly Instruction[])[] {
  const text = readFileSync(fileURLToPath(new URL('../../Dockerfile', import.meta.url)), 'utf8')
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
  const stages: Instruction[][] = [[]]
  for (const line of lines.filter(one => one.trim() !== '')) {
    const [name = '', ...rest] = line.split(' ')
    if (name === 'FROM') stages.push([])
    stages.at(-1)?.push({ name, text: rest.join(' ') })
  }
  return stages
}

/** The configuration of an image, as OCI has it, with the health check that Docker adds. */
export interface ImageConfig {
  readonly User: string
  readonly WorkingDir: string
  readonly Env: readonly string[]
  readonly Entrypoint: readonly string[]
  readonly Cmd: readonly string[]
  readonly Labels: Readonly<Record<string, string>>
  readonly ExposedPorts: Readonly<Record<string, object>>
  readonly Healthcheck: { readonly Test: readonly string[] }
}

const environmentOfBase = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export function configOf(stage: readonly Instruction[], given: Readonly<Record<string, string>>): ImageConfig {
  const all = (name: string) => stage.filter(instruction => instruction.name === name).map(({ text }) => text)
  const last = (name: string) => all(name).at(-1) ?? ''
  const list = (text: string) => JSON.parse(text) as readonly string[]
  const defaults = Object.fromEntries(all('ARG').map(text => text.split('=')))
  const filled = (text: string) => text.replaceAll(/\$\{(\w+)\}/g, (_, name) => given[name] ?? defaults[name] ?? '')
  return {
    User: last('USER'),
    WorkingDir: last('WORKDIR'),
    Env: [environmentOfBase, ...all('ENV')],
    Entrypoint: list(last('ENTRYPOINT')),
    Cmd: list(last('CMD')),
    Labels: Object.fromEntries(
      all('LABEL').flatMap(text =>
        [...text.matchAll(/(\S+?)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, filled(value)] as const),
      ),
    ),
    ExposedPorts: Object.fromEntries(all('EXPOSE').map(port => [`${port}/tcp`, {}])),
    Healthcheck: { Test: ['CMD', ...list(/CMD (.*)$/.exec(last('HEALTHCHECK'))?.[1] ?? '[]')] },
  }
}
