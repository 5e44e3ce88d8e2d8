import { createHash, pbkdf2Sync, randomBytes } from 'node:crypto'
import { alterUserScramCredentialsV0, Connection } from '@platformatic/kafka'
import kafkajs from 'kafkajs'
import { until } from '../clients/until.ts'
import { type Certificate, makeCertificates } from './certificates.ts'
import { type Kafka, type KafkaOptions, startKafka } from './kafka.ts'
import { freePort } from './ports.ts'
import { removeTemporary, temporaryFolder } from './process.ts'

/**
 * A broker with an authorizer, and listeners that want to know who comes. On its plain listener nobody may do
 * everything; whoever comes by another may do what was allowed to them.
 */
export interface SecuredKafka extends AsyncDisposable {
  readonly kafka: Kafka
  /** host:port of the listener with TLS alone: who comes is `User:ANONYMOUS`, who may do everything. */
  readonly tls: string
  /** Of the one that wants a certificate: `koff` is `User:CN=koff`, anybody else is refused. */
  readonly mutualTls: string
  /** Of the one with SASL over TLS: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER. */
  readonly sasl: string
  /** `broker` is what the listeners show: whoever trusts it trusts them. As a client they do not know it. */
  readonly certificates: Readonly<Record<'broker' | 'koff', Certificate>>
  /** Resolves when the broker goes by it. `Read topic orders`, `Write transactionalId koff-*`, `Create cluster`. */
  allow(user: string, grants: readonly string[]): Promise<void>
}

export interface User {
  readonly username: string
  readonly password: string
}

export interface SecuredKafkaOptions {
  /** Who can come by PLAIN and both kinds of SCRAM. */
  readonly users: readonly User[]
  readonly properties?: KafkaOptions['properties']
}

const loginModules = 'org.apache.kafka.common.security'

export async function startSecuredKafka({ users, properties }: SecuredKafkaOptions): Promise<SecuredKafka> {
  const folder = await temporaryFolder('secured')
  const certificates = await makeCertificates(folder, ['broker', 'koff'])
  const { broker, koff } = certificates
  const ports = { tls: await freePort(), mutualTls: await freePort(), sasl: await freePort() }
  const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`
  const passwords = users.map(({ username, password }) => `user_${username}=${quoted(password)}`).join(' ')
  const kafka = await startKafka({
    listeners: [
      { name: 'TLS', protocol: 'SSL', port: ports.tls },
      { name: 'MUTUAL', protocol: 'SSL', port: ports.mutualTls },
      { name: 'SASL', protocol: 'SASL_SSL', port: ports.sasl },
    ],
    properties: {
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.certificate.chain': inOneLine(broker.cert),
      'ssl.keystore.key': inOneLine(broker.key),
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.certificates': inOneLine(koff.cert),
      'listener.name.mutual.ssl.client.auth': 'required',
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
      'listener.name.sasl.plain.sasl.jaas.config': `${loginModules}.plain.PlainLoginModule required ${passwords};`,
      ...Object.fromEntries(
        ['256', '512'].map(bits => [
          `listener.name.sasl.scram-sha-${bits}.sasl.jaas.config`,
          `${loginModules}.scram.ScramLoginModule required;`,
        ]),
      ),
      'listener.name.sasl.oauthbearer.sasl.jaas.config': `${loginModules}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
      ...properties,
    },
  })
  const admin = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING }).admin()
  const stop = async () => {
    await admin.disconnect()
    await kafka.stop()
    await removeTemporary(folder)
  }
  try {
    await admin.connect()
    await setPasswords(kafka, users)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    kafka,
    certificates,
    tls: `127.0.0.1:${ports.tls}`,
    mutualTls: `127.0.0.1:${ports.mutualTls}`,
    sasl: `127.0.0.1:${ports.sasl}`,
    allow: async (user, grants) => {
      if (grants.length === 0) return
      await admin.createAcls({ acl: grants.map(grant => aclOf(user, grant)) })
      await until({
        what: `the broker goes by what ${user} may do`,
        ask: () => grantsOf(admin, user),
        good: count => count >= grants.length,
      })
    },
    [Symbol.asyncDispose]: stop,
  }
}

/** A token of OAUTHBEARER that Kafka's development validator takes (RFC 7515, algorithm none). */
export function unsecuredToken(user: string, lifeSeconds = 600): string {
  const now = Math.floor(Date.now() / 1_000)
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  return `${encode({ alg: 'none' })}.${encode({ sub: user, iat: now, exp: now + lifeSeconds })}.`
}

/** A value of a .properties file cannot go over lines, but Kafka takes PEM in one. */
function inOneLine(pem: string): string {
  return pem.trim().replaceAll('\n', ' ')
}

const iterations = 4096

async function setPasswords(kafka: Kafka, users: readonly User[]): Promise<void> {
  const [host = '', port] = kafka.bootstrap.split(':')
  const connection = new Connection('koff-tests')
  await connection.connect(host, Number(port))
  try {
    // A request names each user once, so one for each mechanism
    for (const [index, digest] of (['sha256', 'sha512'] as const).entries()) {
      const credentials = users.map(({ username, password }) => {
        const salt = randomBytes(16)
        const length = createHash(digest).digest().length
        const saltedPassword = pbkdf2Sync(password, salt, iterations, length, digest)
        return { name: username, mechanism: index + 1, iterations, salt, saltedPassword }
      })
      await alterUserScramCredentialsV0.api.async(connection, [], credentials)
    }
  } finally {
    await connection.close()
  }
}

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs

const operations: Readonly<Record<string, kafkajs.AclOperationTypes>> = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Create: AclOperationTypes.CREATE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
  All: AclOperationTypes.ALL,
}

const resources: Readonly<Record<string, kafkajs.AclResourceTypes>> = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  transactionalId: AclResourceTypes.TRANSACTIONAL_ID,
  cluster: AclResourceTypes.CLUSTER,
}

function aclOf(user: string, grant: string): kafkajs.AclEntry {
  const [operation = '', resource = '', name = 'kafka-cluster'] = grant.split(' ')
  const isPrefix = name.endsWith('*')
  return {
    principal: `User:${user}`,
    host: '*',
    permissionType: AclPermissionTypes.ALLOW,
    operation: operations[operation] ?? AclOperationTypes.UNKNOWN,
    resourceType: resources[resource] ?? AclResourceTypes.UNKNOWN,
    resourceName: isPrefix ? name.slice(0, -1) : name,
    resourcePatternType: isPrefix ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
  }
}

async function grantsOf(admin: kafkajs.Admin, user: string): Promise<number> {
  const { resources: found } = await admin.describeAcls({
    principal: `User:${user}`,
    permissionType: AclPermissionTypes.ANY,
    operation: AclOperationTypes.ANY,
    resourceType: AclResourceTypes.ANY,
    resourcePatternType: ResourcePatternTypes.ANY,
  })
  return found.reduce((sum, { acls }) => sum + acls.length, 0)
}
