import { defineConfig } from 'vitest/config';

/** Against real providers, on demand: `GRIDWEAVE_LIVE_BACALHAU_URL=http://… npm run test:live`. */
export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/live/**/*.test.ts'],
    reporters: ['default', './test/support/summary-reporter.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
