import { fileURLToPath } from 'node:url'
import { createTestHarness, type TestHarness, type TestHarnessOptions } from 'wrangler'
import { type Client, createClient } from './client.ts'

export { type ApiAnswer, imageForm, type TestAccount } from './client.ts'

const ADMIN_TOKEN = 'system-test-administrator'
const root = fileURLToPath(new URL('../../', import.meta.url))

/** All Workers, started as `wrangler dev` starts them, with storage of their own. */
export interface System extends Client {
  readonly harness: TestHarness
  readonly baseUrl: string
  close(): Promise<void>
}

/** @param more Workers that run beside the system, and may bind to it */
export async function startSystem(more: TestHarnessOptions['workers'] = []): Promise<System> {
  const harness = createTestHarness({
    root,
    workers: [
      { configPath: 'wrangler.toml', vars: { EDGE_MEMO_SECONDS: '0' } },
      { configPath: 'workers/render/wrangler.toml', vars: { LOOPBACK_SOURCES: 'allowed' } },
      {
        configPath: 'workers/api/wrangler.toml',
        vars: { PUBLISH_INTERVAL_MS: '0' },
        secrets: { ADMIN_TOKEN },
      },
      ...more,
    ],
  })
  const { url } = await harness.listen()
  const baseUrl = url.origin
  return { ...createClient(baseUrl, ADMIN_TOKEN), harness, baseUrl, close: () => harness.close() }
}
