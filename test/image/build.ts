import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, createReadStream, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createGunzip } from 'node:zlib'
import packageJson from '../../package.json' with { type: 'json' }
import { packPackage } from '../packPackage.ts'
import { madeOnce } from '../servers/madeOnce.ts'
import { configOf, type ImageConfig, readDockerfile } from './dockerfile.ts'

/*
 * The image without an engine: Debian's packages and Node stand for the base, the last stage of the Dockerfile is carried out
 * on them, in a chroot where it is a command. The stage that builds is `packPackage` and deploy/image/layout.sh. Takes root.
 */

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))

/** What of a slim Debian the image uses; tini is what the Dockerfile installs. */
const debian =
  'base-files base-passwd coreutils dash libacl1 libattr1 libc6 libcrypt1 libgcc-s1 libgmp10 libpcre2-8-0 libselinux1 libssl3 libstdc++6 tini'.split(
    ' ',
  )

export interface Image {
  /** The root file system. */
  readonly folder: string
  /** An OCI layout in one tar file, which `docker load` and `podman load` take. */
  readonly file: string
  readonly config: ImageConfig
  /** Of all layers, bytes. */
  readonly compressed: number
  readonly uncompressed: number
}

/** Builds the image into `home`. */
export async function buildImage(home: string, revision = 'unknown'): Promise<Image> {
  const stage = readDockerfile().at(-1) ?? []
  const folder = join(home, 'root')
  const base = await madeOnce(`image-base-${process.versions.node}`, layBase)
  await run('cp', ['-a', base, folder])
  const lib = join(home, 'koff')
  const packed = await packPackage(home)
  const layout = join(root, 'deploy/image/layout.sh')
  await run('sh', [layout, packed, join(root, 'package-lock.json'), lib], { timeout: 300_000 })
  for (const { name, text } of stage) {
    if (name === 'RUN') await carryOut(text, folder)
    if (name === 'COPY') {
      const [, from, to = ''] = text.split(' ')
      if (from !== '/opt/koff') throw new RangeError(`Dockerfile: ${text} is not known here`)
      mkdirSync(join(folder, 'opt'), { recursive: true })
      renameSync(lib, join(folder, to))
    }
    if (name === 'WORKDIR') mkdirSync(join(folder, text), { recursive: true })
  }
  const config = configOf(stage, { VERSION: packageJson.version, REVISION: revision })
  return { folder, config, ...(await packLayout(home, folder, config)) }
}

async function layBase(work: string): Promise<void> {
  const archives = join(work, 'archives')
  mkdirSync(archives)
  const download = () => run('apt-get', ['download', ...debian], { cwd: archives })
  await download().catch(async () => {
    await run('apt-get', ['update'])
    await download()
  })
  for (const name of readdirSync(archives)) await run('dpkg-deb', ['-x', join(archives, name), work])
  await run('rm', [
    '-rf',
    archives,
    join(work, 'usr/share/doc'),
    join(work, 'usr/share/man'),
    join(work, 'usr/share/locale'),
  ])
  for (const name of ['passwd', 'group'])
    cpSync(join(work, `usr/share/base-passwd/${name}.master`), join(work, `etc/${name}`))
  for (const name of ['tmp', 'proc', 'dev', 'usr/local/bin']) mkdirSync(join(work, name), { recursive: true })
  cpSync(join(root, 'node_modules/node/bin/node'), join(work, 'usr/local/bin/node'))
}

async function carryOut(command: string, folder: string): Promise<void> {
  const [, packages] = /apt-get install .*--no-install-recommends ([^&]*)/.exec(command) ?? []
  if (packages === undefined) {
    await run('chroot', [folder, '/bin/sh', '-euc', command], {
      env: { PATH: '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    })
    return
  }
  for (const name of packages.trim().split(' '))
    if (!debian.includes(name)) throw new RangeError(`Dockerfile: installs ${name}, which test/image/build.ts does not`)
}

async function packLayout(
  home: string,
  folder: string,
  config: ImageConfig,
): Promise<Omit<Image, 'folder' | 'config'>> {
  const layout = join(home, 'layout')
  const blobs = join(layout, 'blobs/sha256')
  mkdirSync(blobs, { recursive: true })
  const same = ['--sort=name', '--mtime=@0', '--numeric-owner', '-C', folder]
  // What seldom changes is a layer of its own.
  const layers = [['--exclude=./opt/koff', '.'], ['./opt/koff']]
  const made: { readonly digest: string; readonly size: number; readonly diffId: string }[] = []
  for (const paths of layers) {
    const file = join(blobs, 'layer')
    await run('tar', [...same, '-czf', file, ...paths])
    const [digest, diffId] = [await digestOf(file), await digestOf(file, true)]
    made.push({ digest, size: statSync(file).size, diffId })
    renameSync(file, join(blobs, digest))
  }
  const blob = (value: object, mediaType: string) => {
    const text = JSON.stringify(value)
    const digest = createHash('sha256').update(text).digest('hex')
    writeFileSync(join(blobs, digest), text)
    return { mediaType, digest: `sha256:${digest}`, size: Buffer.byteLength(text) }
  }
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  const rootfs = { type: 'layers', diff_ids: made.map(({ diffId }) => `sha256:${diffId}`) }
  const type = 'application/vnd.oci.image'
  const manifest = blob(
    {
      schemaVersion: 2,
      mediaType: `${type}.manifest.v1+json`,
      config: blob({ architecture, os: 'linux', config, rootfs }, `${type}.config.v1+json`),
      layers: made.map(({ digest, size }) => ({
        mediaType: `${type}.layer.v1.tar+gzip`,
        digest: `sha256:${digest}`,
        size,
      })),
    },
    `${type}.manifest.v1+json`,
  )
  const annotations = { 'org.opencontainers.image.ref.name': `koff:${packageJson.version}` }
  writeFileSync(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  writeFileSync(
    join(layout, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
  )
  const file = join(home, `koff-${packageJson.version}.oci.tar`)
  await run('tar', ['-C', layout, '-cf', file, '.'])
  const { stdout } = await run('du', ['-sb', folder])
  return { file, compressed: made.reduce((sum, { size }) => sum + size, 0), uncompressed: Number.parseInt(stdout, 10) }
}

async function digestOf(file: string, unpacked = false): Promise<string> {
  const hash = createHash('sha256')
  await (unpacked ? pipeline(createReadStream(file), createGunzip(), hash) : pipeline(createReadStream(file), hash))
  return hash.digest('hex')
}
