/** What bin/koff.js gives to Node: a benchmark is of koff as it is started. */
export const launcherFlags = ['--max-semi-space-size=4', '--v8-pool-size=1']
/** What it gives to the C library. */
export const launcherEnv = { MALLOC_ARENA_MAX: '2' }
