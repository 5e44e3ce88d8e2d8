/** What other tools call a key, in lower case without what separates words → what koff calls it. */
const otherWords: Readonly<Record<string, string>> = {
  bootstrapservers: 'brokers',
  bootstrapserver: 'brokers',
  bootstrapbrokers: 'brokers',
  brokerlist: 'brokers',
  metadatabrokerlist: 'brokers',
  servers: 'brokers',
  seedbrokers: 'brokers',
  schemaregistry: 'registry',
  schemaregistryurl: 'registry',
  securityprotocol: 'tls',
  ssl: 'tls',
  saslmechanism: 'sasl',
  sasljaasconfig: 'sasl',
  saslusername: 'sasl',
  cafile: 'ca',
  sslcalocation: 'ca',
  user: 'username',
  pass: 'password',
  queuename: 'queue',
  topicname: 'topic',
  path: 'file',
  filename: 'file',
  whitelist: 'include',
  allowlist: 'include',
  blacklist: 'exclude',
  denylist: 'exclude',
  stalltimeout: 'stallAfterMs',
  maxlag: 'lagThreshold',
  interval: 'sampleEveryMs',
  pollinterval: 'sampleEveryMs',
  metrics: 'http',
  loglevel: 'logLevel',
  outputs: 'sinks',
  targets: 'sinks',
}

/** `did you mean brokers?` for a key by the name that another tool gives it; undefined where none of `known` is it. */
export function meantBy(key: string, known: readonly string[]): string | undefined {
  const plain = key.toLowerCase().replaceAll(/[._-]/g, '')
  // Durations have their unit in the name here.
  const meant = known.find(name => name === otherWords[plain] || name.toLowerCase() === `${plain}ms`)
  return meant === undefined ? undefined : `did you mean ${meant}?`
}
