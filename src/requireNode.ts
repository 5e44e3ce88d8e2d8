// The first import of the library: on an older Node the reason is clear, not a missing function somewhere.
const needed = 24

if (Number.parseInt(process.versions.node, 10) < needed)
  throw new Error(`koff needs Node ${needed} or later, this is ${process.version}; install it`)
