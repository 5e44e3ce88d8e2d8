import { commandLine } from '../commandLine.ts'
import { healthyFleet } from './healthyFleet.ts'

const { values } = commandLine({
  program: 'npm run healthy',
  usage: `
npm run healthy                    30 groups of all kinds run for 30 minutes; no warning and no error may come of them
npm run healthy -- --minutes 5     for another time
npm run healthy -- --copies 1      with each kind of group once: 15 groups`,
  options: {
    minutes: { type: 'string', default: '30' },
    copies: { type: 'string', default: '2' },
  },
})
process.exitCode = await main(Number(values.minutes), Number(values.copies))

async function main(minutes: number, copies: number): Promise<number> {
  if (!(minutes > 0 && copies >= 1)) {
    process.stderr.write('npm run healthy: --minutes and --copies are numbers above 0\n')
    return 2
  }
  const say = (line: string) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`)
  const outcome = await healthyFleet({ copies, seconds: minutes * 60, restartEverySeconds: 25, say })
  process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n`)
  const { alarms, silent } = outcome
  say(`${alarms.length} warnings and errors; ${silent.length} groups that koff did not see at work`)
  return alarms.length + silent.length === 0 ? 0 : 1
}
