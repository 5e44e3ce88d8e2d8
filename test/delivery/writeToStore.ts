import { localStore } from '../../src/delivery/localStore.ts'

/** A program that writes to a store for ever, and says after the tenth write how many there were (`localStore.test.ts`). */
const store = localStore({ dir: process.argv[2] ?? '', name: 'koff' })
await store.open(new AbortController().signal)
for (let count = 1; ; count++) {
  await store.write(7, [{ key: String(count), value: 'written' }])
  if (count === 10) process.send?.(count)
  if (count % 100 === 0) await new Promise(resolve => setImmediate(resolve))
}
