import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Bundle a Worker as a deployment would, into a folder of its own. Takes some seconds.
 * @param configPath its `wrangler.toml`
 * @throws Error with what wrangler said
 */
export function bundleWorker(configPath: string, outFolder: string): void {
  rmSync(outFolder, { recursive: true, force: true })
  const wrangler = fileURLToPath(new URL('../bin/wrangler.js', import.meta.resolve('wrangler')))
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [wrangler, 'deploy', '--dry-run', '--outdir', outFolder, '--config', configPath],
    { encoding: 'utf8', env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' } },
  )
  if (status !== 0) throw new Error(`${configPath} could not be bundled:\n${stdout}${stderr}`)
}
