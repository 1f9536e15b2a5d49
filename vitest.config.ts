import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

/** Unit tests beside the source run inside workerd; whole-system tests run in Node and start real Workers. */
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [
          cloudflareTest({
            miniflare: {
              compatibilityDate: '2026-11-01',
              compatibilityFlags: ['nodejs_compat'],
              kvNamespaces: ['EDGE'],
              r2Buckets: ['BUCKET'],
              modulesRules: [{ type: 'CompiledWasm', include: ['**/*.wasm?module'] }],
            },
          }),
        ],
        // The first call of a library compiles it, which takes seconds where both cores are busy.
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'workers/*/src/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        plugins: [
          cloudflareTest({
            main: './test/contract/worker.ts',
            miniflare: {
              compatibilityDate: '2026-11-01',
              bindings: { PUBLISH_INTERVAL_MS: '0' },
              r2Buckets: ['BUCKET'],
              kvNamespaces: ['EDGE'],
              durableObjects: {
                ACCOUNTS: { className: 'Account', useSQLite: true },
                IMAGES: { className: 'ImageShard', useSQLite: true },
                REGISTRY: { className: 'Registry', useSQLite: true },
              },
            },
          }),
        ],
        // Every promise is about storage: on a busy machine a hundred writes take longer than the default allows.
        test: { name: 'contract', include: ['test/contract/**/*.test.ts'], testTimeout: 30_000 },
      },
      { test: { name: 'source', include: ['test/source/**/*.test.ts'], testTimeout: 60_000 } },
      {
        test: {
          name: 'corpus',
          include: [
            'test/corpus/**/*.test.ts',
            'test/docs/**/*.test.ts',
            'bench/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/system/**/*.test.ts', 'test/golden/**/*.test.ts', 'test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
