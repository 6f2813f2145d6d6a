import { expect, it } from 'vitest';
import { deriveFate } from './fate.ts';

function runMsOf(command: readonly string[]): number {
  return deriveFate({ image: 'alpine', command, env: {}, memoryBytes: 0 }).runMs;
}

it.each([
  [['sleep', '5'], 5000],
  [['sleep 1.5'], 1500],
  [['sh', '-c', 'sleep 2; echo x; sleep 2m'], 122_000],
  [['bash -c "sleep 1h && sleep 30s"'], 3_630_000],
  [['sleep', 'infinity'], 365 * 24 * 3_600_000],
  [['sleep', '99999999999'], 365 * 24 * 3_600_000],
  [['python', 'main.py'], 3000],
  [[], 3000],
])('%j runs for %d ms', (command, runMs) => {
  expect(runMsOf(command)).toBe(runMs);
});

it.each([
  [{}, 0],
  [{ SANDBOX_FAIL_FIRST: '2' }, 2],
  [{ SANDBOX_FAIL_FIRST: '-1' }, 0],
  [{ SANDBOX_FAIL_FIRST: 'x' }, 0],
])('%j fails %d attempts first', (env, failFirst) => {
  expect(deriveFate({ image: 'alpine', command: [], env, memoryBytes: 0 }).failFirst).toBe(failFirst);
});
