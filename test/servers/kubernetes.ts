import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { madeOnce } from './madeOnce.ts'

const run = promisify(execFile)

export const helmVersion = '3.19.5'
/** The oldest version that the chart allows and the newest of the package of schemas. */
export const kubernetesVersions = ['1.25.0', '1.37.0'] as const
const schemasVersion = '1.37.0'

/** The path of `helm`, built from its Go module. */
export async function helmProgram(): Promise<string> {
  const folder = await madeOnce(`helm-${helmVersion}`, async work => {
    const env = { ...process.env, GOBIN: work, GOFLAGS: '-mod=mod' }
    const source = `helm.sh/helm/v3/cmd/helm@v${helmVersion}`
    await run('go', ['install', '-trimpath', '-ldflags', '-s -w', source], { env, timeout: 900_000 })
  })
  return join(folder, 'helm')
}

/** The folder with the strict JSON schemas of Kubernetes, a folder a version, from the Python package kubernetes-validate. */
export async function kubernetesSchemas(): Promise<string> {
  return madeOnce(`kubernetes-schemas-${schemasVersion}`, async work => {
    const download = ['-m', 'pip', 'download', '-q', '--no-deps', '-d', work, `kubernetes-validate==${schemasVersion}`]
    await run('python3', download, { timeout: 300_000 })
    await mkdir(join(work, 'schemas'), { recursive: true })
    await run('python3', ['-c', unpack, work, ...kubernetesVersions])
  })
}

const unpack = `
import glob, os, sys, zipfile
work, versions = sys.argv[1], sys.argv[2:]
archive = glob.glob(os.path.join(work, '*.whl'))[0]
with zipfile.ZipFile(archive) as files:
    for name in files.namelist():
        *_, folder, file = ['', *name.split('/')]
        for version in versions:
            if folder == f'v{version}-local-strict' and file:
                os.makedirs(os.path.join(work, 'schemas', version), exist_ok=True)
                with open(os.path.join(work, 'schemas', version, file), 'wb') as out:
                    out.write(files.read(name))
os.remove(archive)
`
