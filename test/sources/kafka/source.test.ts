import { expect, it } from 'vitest'
import { createConsumer } from '../../../src/library/consumer.ts'
import { type KafkaSourceOptions, openKafkaSource } from '../../../src/sources/kafka/source.ts'

const brokers = ['127.0.0.1:1']

it.each<[what: string, options: object, message: string]>([
  ['no brokers', {}, 'brokers: must be a list of host:port'],
  ['brokers that are a text', { brokers: '127.0.0.1:1' }, 'brokers: must be a list of host:port'],
  ['a start that is misspelt', { brokers, from: 'lates' }, 'from: must be earliest, latest, '],
  ['a start that is a number', { brokers, from: 5 }, 'from: must be earliest, latest, '],
  ['a start that is a plain object of offsets', { brokers, from: { 0: 5 } }, 'from: must be earliest, latest, '],
])('a program without types gets an error about %s, and no broker is contacted', async (_, options, message) => {
  const wrong = { code: 'CONFIG_INVALID', message: expect.stringContaining(message) }
  await expect(openKafkaSource(options as KafkaSourceOptions)).rejects.toMatchObject(wrong)
  await using consumer = createConsumer(options as KafkaSourceOptions)
  await expect(consumer.messages[Symbol.asyncIterator]().next()).rejects.toMatchObject(wrong)
})
