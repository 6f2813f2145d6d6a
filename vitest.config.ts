import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Node takes graphql's CommonJS build and Vite would take its ES build: two copies, which do not know each other's types.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/live/**', 'node_modules/**'],
    reporters: ['default', './test/support/summary-reporter.ts'],
    // CI's machines are busy with others: what passes only when repeated is named at the end of the run.
    retry: process.env['CI'] === 'true' ? 1 : 0,
    // Most tests wait for sockets: two files at a time keep two cores busy.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
