import { commandLine } from '../commandLine.ts'
import { versions } from '../servers/versions.ts'
import { lagInTime, type ScenarioOutcome } from './lagInTime.ts'

const { values } = commandLine({
  program: 'npm run lag-time',
  usage: `
npm run lag-time                        lag in time against producers with known timestamps, for five minutes, samples every 5 s
npm run lag-time -- --seconds 60        for another time
npm run lag-time -- --version 2.8.2     with another Kafka`,
  options: {
    seconds: { type: 'string', default: '300' },
    sampleEveryMs: { type: 'string', default: '5000' },
    version: { type: 'string', default: versions.kafka },
  },
})
process.exitCode = await main(Number(values.seconds), Number(values.sampleEveryMs), values.version)

async function main(seconds: number, sampleEveryMs: number, version: string): Promise<number> {
  const outcomes = await lagInTime({ version, seconds, sampleEveryMs })
  process.stdout.write(`Kafka ${version}, ${seconds} s, a sample every ${sampleEveryMs} ms\n\n`)
  const head = '| producer | by samples | by timestamp | no bound | one bound | width ms: median | worst | false |'
  process.stdout.write(`${head}\n|---|--:|--:|--:|--:|--:|--:|--:|\n${outcomes.map(rowOf).join('\n')}\n`)
  const faults = outcomes.flatMap(({ name, faults: of }) => of.map(fault => `${name}: ${fault}`))
  for (const fault of faults.slice(0, 20)) process.stderr.write(`${fault}\n`)
  return faults.length === 0 ? 0 : 1
}

function rowOf({ name, by, open, medianWidth, worstWidth, faults }: ScenarioOutcome): string {
  const cells = [name, by.samples, by.timestamp, by.unknown, open, medianWidth ?? '', worstWidth ?? '', faults.length]
  return `| ${cells.join(' | ')} |`
}
