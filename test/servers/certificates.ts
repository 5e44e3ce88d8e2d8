import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { runJava } from './toolchain.ts'

/** A certificate that signed itself, so that it is its own authority. PEM texts, and the files that hold them. */
export interface Certificate {
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
}

const password = 'changeit'

/** Makes a certificate for each name (`CN=<name>`, for 127.0.0.1) in `folder`, with what a JDK brings. */
export async function makeCertificates<N extends string>(
  folder: string,
  names: readonly N[],
): Promise<Readonly<Record<N, Certificate>>> {
  const store = join(folder, 'certificates.p12')
  const program = fileURLToPath(new URL('java/Pem.java', import.meta.url))
  // Of one store, so one after the other
  for (const name of names) {
    const where = ['-keystore', store, '-storetype', 'PKCS12', '-storepass', password, '-alias', name]
    const what = ['-keyalg', 'EC', '-dname', `CN=${name}`, '-ext', 'san=ip:127.0.0.1']
    await promisify(execFile)('keytool', ['-genkeypair', ...where, ...what])
  }
  await runJava([program, store, password, folder])
  const read = async (name: N): Promise<readonly [N, Certificate]> => {
    const certFile = join(folder, `${name}.crt`)
    const keyFile = join(folder, `${name}.key`)
    const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')])
    return [name, { cert, key, certFile, keyFile }]
  }
  return Object.fromEntries(await Promise.all(names.map(read))) as Record<N, Certificate>
}
