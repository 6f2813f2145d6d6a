/** The one who is to be served well: asks what runs now, so many times a second, whatever became of the questions before. */
import { readFileSync } from 'node:fs';
import { Agent, request, type RequestOptions } from 'node:http';

export type CallerOrder =
  | { readonly do: 'BEGIN'; readonly url: string; readonly key: string; readonly perSecond: number }
  | { readonly do: 'TAKE' }
  /** Answered when nothing is under way any more. */
  | { readonly do: 'STOP' }
  /** Somebody else asks, who was never there before: from another address, with a key that was not seen yet. */
  | { readonly do: 'ARRIVE'; readonly url: string; readonly key: string };

/** Since the last time that it was asked. */
export interface Served {
  /** From when it was to be asked to the last byte of its answer, in milliseconds. */
  readonly latenciesMs: readonly number[];
  /** Answers that were none. */
  readonly failed: number;
}

const ANOTHER_ADDRESS = '127.0.0.2';
const path = new URL('../../schema/operations/02-what-runs-now.graphql', import.meta.url);
const body = JSON.stringify({ query: readFileSync(path, 'utf8') });
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
let latenciesMs: number[] = [];
let failed = 0;
let timer: NodeJS.Timeout | null = null;
const underWay = new Set<Promise<void>>();

/** Resolves with whether it was answered. */
function ask(url: string, key: string, options: RequestOptions): Promise<boolean> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  return new Promise((resolve) => {
    const asking = request(`${url}/graphql`, { method: 'POST', headers, ...options }, (response) => {
      let first = '';
      response.on('data', (chunk: Buffer) => (first ||= chunk.toString('latin1', 0, 8)));
      response.on('end', () => resolve(response.statusCode === 200 && first.startsWith('{"data"')));
    });
    asking.on('error', () => {
      // It may have been closed at that moment because it was idle. Clients try that once more.
      if (asking.reusedSocket) void ask(url, key, { ...options, agent: false }).then(resolve);
      else resolve(false);
    });
    asking.end(body);
  });
}

async function askOnce(url: string, key: string, dueAt: number): Promise<void> {
  if (await ask(url, key, { agent })) latenciesMs.push(performance.now() - dueAt);
  else failed += 1;
}

function keepAsking(asking: Promise<void>): void {
  underWay.add(asking);
  void asking.finally(() => underWay.delete(asking));
}

async function stop(): Promise<void> {
  if (timer !== null) clearInterval(timer);
  await Promise.all(underWay);
  process.send?.('stopped');
}

async function arrive(url: string, key: string): Promise<void> {
  const began = performance.now();
  const served = await ask(url, key, { localAddress: ANOTHER_ADDRESS });
  process.send?.(served ? performance.now() - began : Number.NaN);
}

process.on('message', (order: CallerOrder) => {
  if (order.do === 'BEGIN') {
    const { url, key, perSecond } = order;
    let dueAt = performance.now();
    // What a timer that came late has missed is made up for, and counts from when it was due.
    timer = setInterval(() => {
      for (; dueAt <= performance.now(); dueAt += 1_000 / perSecond) keepAsking(askOnce(url, key, dueAt));
    }, 1_000 / perSecond);
  } else if (order.do === 'STOP') {
    void stop();
  } else if (order.do === 'ARRIVE') void arrive(order.url, order.key);
  else {
    process.send?.({ latenciesMs, failed } satisfies Served);
    latenciesMs = [];
    failed = 0;
  }
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
