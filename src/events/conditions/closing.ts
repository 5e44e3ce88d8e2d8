import { millis, string } from '../schema.ts'

/** What every event that ends a condition says about the one that opened it. */
export const closing = {
  opened: string('Id of the event that opened the condition.'),
  durationMs: millis('How long it lasted, from the time of that event.'),
}
