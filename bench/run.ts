/**
 * What an operation costs, as ratios against peers in one interleaved run on this machine: CPU time of the serving
 * process and calls to providers per operation first, requests per second last. Bounded, loopback only.
 *
 * ROUNDS and OPERATIONS in the environment change its length.
 */
import { start, type Started } from './process.ts';
import { QUERIES, type QueryName } from './queries.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const OPERATIONS = Number(process.env['OPERATIONS'] ?? 60);
const CONNECTIONS = 8;

interface Cell {
  readonly cpuMs: number[];
  readonly perSecond: number[];
  readonly p50Ms: number[];
  readonly p99Ms: number[];
  readonly calls: number[];
}

const SUBJECTS: Record<string, { file: string; env?: Record<string, string> }> = {
  ceiling: { file: './subjects/ceiling.ts' },
  'yoga by hand': { file: './subjects/yoga.ts' },
  'gridweave, sharing nothing': { file: './subjects/gridweave.ts', env: { FRESHNESS_MS: '0' } },
  gridweave: { file: './subjects/gridweave.ts' },
};

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const at = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;

async function json<T>(url: string, init?: RequestInit): Promise<T> {
  return (await (await fetch(url, init)).json()) as T;
}

async function ask(url: string, query: string): Promise<number> {
  const begun = performance.now();
  const answer = await json<{ data?: unknown; errors?: unknown }>(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  if (answer.data === undefined || answer.errors !== undefined)
    throw new Error(JSON.stringify(answer).slice(0, 300));
  return performance.now() - begun;
}

const upstream = await start('./upstream.ts');
const emulators = JSON.parse(upstream.line) as { bacalhau: string; qarnot: string };
const running = new Map<string, Started>();

async function callsReceived(): Promise<number> {
  const counts = await Promise.all(
    [emulators.bacalhau, emulators.qarnot].map(
      async (url) => (await json<unknown[]>(`${url}/-/calls`)).length,
    ),
  );
  await Promise.all(
    [emulators.bacalhau, emulators.qarnot].map((url) => fetch(`${url}/-/calls`, { method: 'DELETE' })),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function measure(url: string, query: string, operations: number, into: Cell): Promise<void> {
  await callsReceived();
  const spent = () => json<{ cpuMs: number }>(`${url}/spent`);
  const before = await spent();
  const begun = performance.now();
  const times: number[] = [];
  let left = operations;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (left-- > 0) times.push(await ask(url, query));
    }),
  );
  const elapsedMs = performance.now() - begun;
  times.sort((a, b) => a - b);
  into.cpuMs.push(((await spent()).cpuMs - before.cpuMs) / operations);
  into.perSecond.push((operations / elapsedMs) * 1000);
  into.p50Ms.push(at(times, 0.5));
  into.p99Ms.push(at(times, 0.99));
  into.calls.push((await callsReceived()) / operations);
}

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(28) : cell.padStart(11))).join('');
}

try {
  for (const [name, { file, env }] of Object.entries(SUBJECTS)) {
    running.set(name, await start(file, { UPSTREAMS: upstream.line, ...env }));
  }
  const starts = [...running].map(([name, { startMs }]) => `${name} ${startMs.toFixed(0)} ms`);
  console.log(`from spawn to listening (through tsx): ${starts.join(', ')}`);
  for (const queryName of Object.keys(QUERIES) as QueryName[]) {
    const operations = queryName === 'tiny' ? OPERATIONS * 20 : OPERATIONS;
    const cells = new Map<string, Cell>();
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, { line: url }] of running) {
        const cell = cells.get(name) ?? { cpuMs: [], perSecond: [], p50Ms: [], p99Ms: [], calls: [] };
        // The first round warms up and is thrown away.
        if (round > 0) cells.set(name, cell);
        await measure(url, QUERIES[queryName], operations, cell);
      }
      process.stderr.write(`${queryName}: round ${String(round)} of ${String(ROUNDS)}\n`);
    }
    const base = median(cells.get('ceiling')!.cpuMs);
    console.log(
      `\n${queryName}: ${String(operations)} operations × ${String(ROUNDS)} rounds, ${String(CONNECTIONS)} at a time, medians`,
    );
    console.log(row(['', 'CPU ms/op', 'of ceiling', 'calls/op', 'op/s', 'p50 ms', 'p99 ms']));
    for (const [name, cell] of cells) {
      const cpuMs = median(cell.cpuMs);
      const figures = [
        cpuMs,
        base / cpuMs,
        median(cell.calls),
        median(cell.perSecond),
        median(cell.p50Ms),
        median(cell.p99Ms),
      ];
      console.log(row([name, ...figures.map((figure) => figure.toFixed(2))]));
    }
  }
} finally {
  for (const subject of running.values()) subject.stop();
  upstream.stop();
}
