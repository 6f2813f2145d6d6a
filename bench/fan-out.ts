/**
 * What a message of a subscription costs when many are sent the same events: the gateway against bare `ws`, which sends
 * the same bytes to everybody, in interleaved rounds of one run. Each server and its clients are processes of their own.
 * Bounded, loopback only.
 *
 * Memory is what is gained over the first 100 connections, after a collection. Starting leaves room that connections move
 * into, so with few of them the heap says more than the resident size.
 *
 * CONNECTIONS (1000), EVENTS_PER_SECOND (20), SECONDS (4) and ROUNDS (5) in the environment; 10,000 connections want
 * EVENTS_PER_SECOND=2 and a limit of 25,000 open files. STALLED=1 adds the gateway with one more client, which stops
 * reading at once: what the others hear of it.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ClientOrder, Taken } from './subjects/fan-out-clients.ts';
import type { Order, Spent } from './subjects/fan-out-subject.ts';

const setting = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const CONNECTIONS = setting('CONNECTIONS', 1_000);
const PER_SECOND = setting('EVENTS_PER_SECOND', 20);
const SECONDS = setting('SECONDS', 4);
const ROUNDS = setting('ROUNDS', 5);
/** Connections before memory is looked at for the first time. */
const FIRST = 100;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN; // prettier-ignore
const at = (sorted: readonly number[], share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN; // prettier-ignore

async function launch(file: string, env: Record<string, string> = {}): Promise<[ChildProcess, string]> {
  const path = fileURLToPath(new URL(`./subjects/${file}`, import.meta.url));
  const child = fork(path, {
    execArgv: ['--expose-gc', ...(env['PROFILE'] === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${env['PROFILE']}`]), '--import', 'tsx'], // prettier-ignore
    env: { ...process.env, NODE_ENV: 'production', ...env },
  });
  const [greeting] = (await once(child, 'message')) as [string];
  return [child, greeting];
}

async function ask<Answer>(child: ChildProcess, order: Order | ClientOrder): Promise<Answer> {
  const answered = once(child, 'message') as Promise<[Answer]>;
  child.send(order);
  const [answer] = await answered;
  return answer;
}

interface Round {
  readonly cpuMicros: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
}

class Subject {
  readonly name: string;
  readonly rounds: Round[] = [];
  readonly #server: ChildProcess;
  readonly #clients: ChildProcess;
  #idle: Spent;
  /** Bytes of resident memory and of heap per connection: subscribed and silent, then after all rounds. */
  readonly memory: { rss: number; heap: number }[] = [];
  messageBytes = 0;
  lost = 0;
  url = '';
  readonly #others: ChildProcess[] = [];

  private constructor(name: string, server: ChildProcess, clients: ChildProcess, idle: Spent) {
    this.name = name;
    this.#server = server;
    this.#clients = clients;
    this.#idle = idle;
  }

  static async start(name: string, file: string, env: Record<string, string>): Promise<Subject> {
    const [server, url] = await launch(file, env);
    // The first ones bring code and pools into memory.
    const [first] = await launch('fan-out-clients.ts');
    await ask(first, { do: 'CONNECT', url, count: FIRST });
    await pause(500);
    const idle = await ask<Spent>(server, { do: 'SPENT' });
    const [clients] = await launch('fan-out-clients.ts');
    const subject = new Subject(name, server, clients, idle);
    subject.url = url;
    await ask(clients, { do: 'CONNECT', url, count: CONNECTIONS });
    await pause(500);
    await subject.weigh();
    await ask(first, { do: 'LEAVE' });
    first.disconnect();
    return subject;
  }

  /** Adds clients that read nothing. */
  async stall(count: number, url: string): Promise<void> {
    const [idle] = await launch('fan-out-clients.ts');
    await ask(idle, { do: 'CONNECT', url, count });
    await ask(idle, { do: 'STALL' });
    this.#others.push(idle);
  }

  async weigh(): Promise<void> {
    const spent = await ask<Spent>(this.#server, { do: 'SPENT' });
    this.memory.push({
      rss: (spent.rssBytes - this.#idle.rssBytes) / CONNECTIONS,
      heap: (spent.heapBytes - this.#idle.heapBytes) / CONNECTIONS,
    });
  }

  async round(keep: boolean): Promise<void> {
    await ask(this.#clients, { do: 'TAKE' });
    const before = await ask<Spent>(this.#server, { do: 'SPENT' });
    this.#server.send({ do: 'BEGIN', perSecond: PER_SECOND } satisfies Order);
    await pause(SECONDS * 1_000);
    this.#server.send({ do: 'STOP' } satisfies Order);
    await pause(300);
    const taken = await ask<Taken>(this.#clients, { do: 'TAKE' });
    const after = await ask<Spent>(this.#server, { do: 'SPENT' });
    this.lost += (after.events - before.events) * CONNECTIONS - taken.messages;
    this.messageBytes = taken.bytes / taken.messages;
    if (!keep) return;
    this.rounds.push({
      cpuMicros: ((after.cpuMs - before.cpuMs) * 1_000) / taken.messages,
      p50Ms: at(taken.latenciesMs, 0.5),
      p99Ms: at(taken.latenciesMs, 0.99),
      perSecond: taken.messages / SECONDS,
    });
  }

  async stop(): Promise<void> {
    for (const child of [...this.#others, this.#server, this.#clients]) {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    }
  }
}

const profile: Record<string, string> =
  process.env['PROFILE'] === undefined ? {} : { PROFILE: process.env['PROFILE'] };
const ours = await Subject.start('gridweave', 'fan-out-gridweave.ts', profile);
await ours.round(false);
const filler = String(Math.max(0, Math.round(ours.messageBytes) - 94));
const bare = await Subject.start('bare ws', 'fan-out-bare.ts', { FILLER_BYTES: filler });
const subjects = [bare, ours];
if (process.env['STALLED'] !== undefined) {
  const stalled = await Subject.start('one stalled', 'fan-out-gridweave.ts', profile);
  await stalled.stall(1, stalled.url);
  subjects.push(stalled);
}
try {
  for (const subject of subjects) await subject.round(false);
  for (let round = 1; round <= ROUNDS; round++) {
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) await subject.round(true);
    process.stderr.write(`round ${String(round)} of ${String(ROUNDS)}\n`);
  }
  for (const subject of subjects) await subject.weigh();

  const cell = (text: string) => text.padStart(13);
  console.log(
    `\n${String(CONNECTIONS)} connections × ${String(PER_SECOND)} events/s × ${String(SECONDS)} s, ${String(ROUNDS)} rounds, medians`,
  );
  console.log(
    ''.padEnd(12) +
      ['CPU µs/msg', 'of bare', 'p50 ms', 'p99 ms', 'p99 of bare', 'msg/s', 'bytes/msg', 'lost', 'RSS kB/conn', 'after load', 'heap kB/conn'].map(cell).join(''), // prettier-ignore
  );
  const of = (subject: Subject, member: keyof Round) => median(subject.rounds.map((round) => round[member]));
  for (const subject of subjects) {
    const cpu = of(subject, 'cpuMicros');
    const [idle, loaded] = subject.memory;
    const figures = [
      cpu.toFixed(2),
      median(subject.rounds.map((round, i) => round.cpuMicros / bare.rounds[i]!.cpuMicros)).toFixed(2),
      of(subject, 'p50Ms').toFixed(1),
      of(subject, 'p99Ms').toFixed(1),
      median(subject.rounds.map((round, i) => round.p99Ms / bare.rounds[i]!.p99Ms)).toFixed(2),
      of(subject, 'perSecond').toFixed(0),
      subject.messageBytes.toFixed(0),
      String(subject.lost),
      (idle!.rss / 1_024).toFixed(1),
      (loaded!.rss / 1_024).toFixed(1),
      (idle!.heap / 1_024).toFixed(1),
    ];
    console.log(subject.name.padEnd(12) + figures.map(cell).join(''));
  }
} finally {
  for (const subject of subjects) await subject.stop();
}
