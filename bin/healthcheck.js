// For the health check of a container: exit code 0 where koff's port answers.
const port = process.env.KOFF_HTTP_PORT || '9404'
try {
  const { ok } = await fetch(`http://127.0.0.1:${port}/healthz`)
  process.exitCode = ok ? 0 : 1
} catch {
  process.exitCode = 1
}
