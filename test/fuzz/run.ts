/**
 * `npm run fuzz -- [--count 110000] [--seed 1] [--surface documents,ids]`: sends hostile input for long. Each surface runs in a
 * process of its own, two at a time; ends with 1 when something was found.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SURFACES, surfaceNamed } from './surfaces/index.ts';
import { GROWTH_BYTES, type Told } from './told.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '110000' },
    seed: { type: 'string', default: process.env['GRIDWEAVE_SEED'] ?? String(Date.now() % 1_000_000_000) },
    surface: { type: 'string', default: '' },
    parallel: { type: 'string', default: String(Math.min(2, availableParallelism())) },
  },
});
const seed = Number(values.seed);
const chosen = values.surface === '' ? SURFACES : values.surface.split(',').map(surfaceNamed);
const weights = chosen.reduce((sum, { share = 1 }) => sum + share, 0);
const count = Number(values.count);
const began = performance.now();
const progress = new Map<string, number>();
const told: (Told & { readonly seconds: number })[] = [];
const MIB = 1_048_576;

function show(): void {
  if (!process.stdout.isTTY) return;
  const done = [...progress.values()].reduce((sum, each) => sum + each, 0);
  const rate = Math.round(done / ((performance.now() - began) / 1_000));
  process.stdout.write(
    `\r${String(done)} of ${String(count)}, ${String(rate)}/s, ${[...progress.keys()].at(-1) ?? ''}      `,
  );
}

function run(name: string, share: number): Promise<void> {
  const startedAt = performance.now();
  const inputs = Math.ceil((count * share) / weights);
  return new Promise((resolve) => {
    const child = fork(
      fileURLToPath(new URL('run-surface.ts', import.meta.url)),
      [name, String(seed), String(inputs)],
      {
        execArgv: [...process.execArgv, '--expose-gc'],
        serialization: 'advanced',
      },
    );
    let result: Told | null = null;
    child.on('message', (message: Told | number) => {
      if (typeof message !== 'number') result = message;
      progress.set(name, typeof message === 'number' ? message : message.requests);
      show();
    });
    child.once('exit', (code) => {
      const seconds = (performance.now() - startedAt) / 1_000;
      const died = { name, requests: 0, outcomes: [], heap: null, residentBytes: 0, findings: [{ problem: `the process ended with ${String(code)}`, door: 'open', input: null, times: 1, surface: name }] } as const; // prettier-ignore
      told.push({ ...(result ?? died), seconds });
      resolve();
    });
  });
}

console.log(`seed ${String(seed)}`);
const waiting = chosen.map(
  ({ name, share = 1 }) =>
    () =>
      run(name, share),
);
await Promise.all(
  Array.from({ length: Number(values.parallel) }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
  }),
);

console.log('\n');
for (const { name, requests, outcomes, findings, heap, residentBytes, seconds } of told) {
  const [before, after] = heap ?? [0, 0];
  const memory = `heap ${(before / MIB).toFixed(0)} → ${(after / MIB).toFixed(0)} MiB, resident ${(residentBytes / MIB).toFixed(0)} MiB`; // prettier-ignore
  console.log(`${name.padEnd(12)} ${String(requests).padStart(7)} requests in ${seconds.toFixed(0)} s, ${memory}, findings: ${String(findings.length)}`); // prettier-ignore
  console.log(
    `  ${outcomes
      .slice(0, 14)
      .map(([outcome, times]) => `${outcome} ×${String(times)}`)
      .join(' · ')}`,
  );
}
const grown = told.filter(({ heap }) => heap !== null && heap[1] - heap[0] > GROWTH_BYTES);
for (const { name } of grown)
  console.log(`\n${name}: memory grew by more than ${String(GROWTH_BYTES / MIB)} MiB`);
const findings = told.flatMap((each) => each.findings);
for (const { surface, door, problem, input, times } of findings) {
  console.log(`\n${surface} at the ${door} door, ${String(times)} times: ${problem}`);
  console.log(JSON.stringify({ surface, door, problem: problem.split('\n')[0], input }));
}
const total = told.reduce((sum, { requests }) => sum + requests, 0);
console.log(`\n${String(total)} requests in ${((performance.now() - began) / 1_000).toFixed(0)} s, ${String(findings.length)} findings, seed ${String(seed)}`); // prettier-ignore
process.exitCode = findings.length > 0 || grown.length > 0 ? 1 : 0;
