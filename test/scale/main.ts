import { environment } from '../bench/environment.ts'
import { writeSection } from '../bench/page.ts'
import { openStage } from '../chaos/stage.ts'
import { isFlawless } from '../chaos/verdict.ts'
import { commandLine } from '../commandLine.ts'
import { faultsOf } from './faults.ts'
import { scaleSection } from './page.ts'
import { atScale } from './scale.ts'

const { values } = commandLine({
  program: 'npm run scale',
  usage: `
npm run scale                        koff run with 25,000 groups, one of 5,000 members, and one of 1,500 members that subscribe to 400 topics
npm run scale -- --groups 1000       with fewer groups
npm run scale -- --seconds 20        the members of a large group are replaced in so long
npm run scale -- --write             the figures go into docs/benchmarks.md, too`,
  options: {
    groups: { type: 'string', default: '25000' },
    seconds: { type: 'string', default: '60' },
    write: { type: 'boolean', default: false },
  },
})
process.exitCode = await main(Number(values.groups), Number(values.seconds))

async function main(groups: number, seconds: number): Promise<number> {
  if (!(groups >= 1 && seconds >= 1)) {
    process.stderr.write('npm run scale: --groups and --seconds are numbers from 1 up\n')
    return 2
  }
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  const jvm = ['-Xms1g', '-Xmx2g', '-XX:+UseSerialGC']
  // The log is compared as it was written, and what was written of the state is counted.
  await using stage = await openStage({ jvm, properties: { 'log.cleaner.enable': 'false' }, say })
  const large = [
    { name: 'many-members', members: 5_000, topics: 20, partitionsEach: 10 },
    { name: 'many-topics', members: 1_500, topics: 400, partitionsEach: 4 },
  ]
  const options = { groups, large, rollMs: seconds * 1000, quietMs: 20_000 }
  const outcome = await atScale(stage, options)
  const text = scaleSection(options, outcome, await environment())
  process.stdout.write(`\n${text}`)
  for (const fault of faultsOf(outcome)) say(fault)
  if (values.write) await writeSection('scale', text)
  return faultsOf(outcome).length === 0 && isFlawless(outcome.verdict) ? 0 : 1
}
