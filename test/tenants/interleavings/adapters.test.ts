import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GridweaveError } from '../../../src/model/errors.ts';
import type { NativeKey, ProviderKey, RecordKind } from '../../../src/model/ids.ts';
import { epochMs, type Clock } from '../../../src/model/time.ts';
import { RecentWrites } from '../../../src/merge/recent-writes.ts';
import { LOCAL_VIEWER } from '../../../src/model/access.ts';
import type { JobRecord } from '../../../src/model/records.ts';
import { mergeConnection } from '../../../src/merge/connection.ts';
import type { ReadContext } from '../../../src/merge/context.ts';
import { SHARED_ACCESS } from '../../../src/providers/access.ts';
import { DEFAULT_ORDER, type ProviderAdapter } from '../../../src/providers/provider.ts';
import type { ProviderKindDefinition } from '../../../src/providers/kind.ts';
import { bacalhau } from '../../../src/providers/bacalhau/index.ts';
import { charityEngine } from '../../../src/providers/charity-engine/index.ts';
import { qarnot } from '../../../src/providers/qarnot/index.ts';
import { runai } from '../../../src/providers/runai/index.ts';
import { RecentProviderEvents } from '../../../src/providers/recent-events.ts';
import { ProviderRegistry, type Provider } from '../../../src/providers/registry.ts';
import { createCallBudget } from '../../../src/upstream/call-budget.ts';
import type { CallContext, Upstream } from '../../../src/upstream/types.ts';
import { own } from '../../support/own-credential.ts';
import { executionRow, FakeBacalhau, nanos } from '../../support/fake-bacalhau.ts';
import { FakeCharityEngine } from '../../support/fake-charity-engine.ts';
import { QarnotService } from '../../support/qarnot-service.ts';
import { RunaiService } from '../../support/runai-service.ts';
import type { Random } from '../../live-model/random.ts';
import { expectOwn, MARKS, runAll, runs, settled, type Mark } from './runs.ts';

const SHARE = runs(0.3);
const STEPS = 24;
const T0 = Date.UTC(2026, 3, 7, 9);
const KEY = 'lab' as ProviderKey;

/** An account of one kind of provider, with things in it that all hold its mark; some have ids that others use, too. */
interface AccountOf {
  readonly upstream: Upstream;
  /** Something happens in it. */
  move(random: Random): void;
  readonly keys: Partial<Record<RecordKind, readonly string[]>>;
}

/** Ids are of the form that the provider gives; the mark is in those of one's own. */
function idOf(mark: Mark, n: number): string {
  return `${mark.padEnd(8, '0')}-0000-4000-8000-${String(n).padStart(12, '0')}`;
}
const SAME = '0e0e0e0e-0000-4000-8000-00000000000e';
const STATES = ['Running', 'Completed', 'Failed'];

const KINDS: Readonly<Record<string, (mark: Mark) => AccountOf>> = {
  bacalhau(mark) {
    const service = new FakeBacalhau();
    const ids = [`j-${idOf(mark, 1)}`, `j-${idOf(mark, 2)}`, `j-${SAME}`];
    let changes = 0;
    service.jobs = ids.map((id, i) => ({
      id,
      name: `${mark}-job-${String(i)}`,
      created: nanos(T0 + i),
      state: i === 1 ? 'Running' : 'Completed',
      namespace: i === 2 ? 'default' : `${mark}-space`,
      labels: { team: mark },
      executions: [
        executionRow(`e-${id.slice(2)}`, id, nanos(T0 + i), {
          NodeID: `n-${mark}`,
          ComputeState: { StateType: 'Completed' },
        }),
      ],
    }));
    service.nodes = [{ Info: { NodeID: `n-${mark}`, NodeType: 'Compute', Labels: { of: mark } }, Connection: 'CONNECTED' }]; // prettier-ignore
    return {
      upstream: service,
      move: (random) => {
        const job = random.pick(service.jobs);
        job.state = random.pick(STATES);
        job.revision = (job.revision ?? 1) + 1;
        job.modified = nanos(T0 + 10_000 + (changes += 1));
      },
      keys: {
        job: ids,
        task: ids.map((id) => `${id}/0`),
        execution: ids.map((id) => `${id}/e-${id.slice(2)}`),
        computeNode: [`n-${mark}`],
        project: [`${mark}-space`],
      },
    };
  },
  'charity-engine'(mark) {
    const service = new FakeCharityEngine();
    const ids = [idOf(mark, 1), idOf(mark, 2), SAME].map((id) => id.replaceAll('-', ''));
    for (const id of ids) service.run(id, 'running', { log: `${mark} log`, outputFiles: [{ filename: `${mark}.txt`, url: `https://x.example/${mark}` }] }); // prettier-ignore
    return {
      upstream: service,
      move: (random) => service.run(random.pick(ids), random.pick(['running', 'finished', 'failed', 'queued']), { log: `${mark} again` }), // prettier-ignore
      keys: { job: ids, task: ids.map((id) => `${id}/0`), execution: ids.map((id) => `${id}/default`) },
    };
  },
  qarnot(mark) {
    const service = new QarnotService();
    const ids = [idOf(mark, 1), idOf(mark, 2), SAME];
    const put = (id: string, i: number, state: string): void => service.put('tasks', id, T0 + i * 1_000, { name: `${mark}-task`, state, tags: [mark], profile: 'docker-batch', lastModified: new Date(T0 + 20_000 + i).toISOString() }); // prettier-ignore
    ids.forEach((id, i) => put(id, i, 'FullyExecuting'));
    service.put('jobs', idOf(mark, 8), T0, { name: `${mark}-job` });
    service.put('pools', idOf(mark, 9), T0, { name: `${mark}-pool`, instanceCount: 1 });
    return {
      upstream: service,
      move: (random) =>
        put(random.pick(ids), random.int(0, 2), random.pick(['Success', 'FullyExecuting', 'Failure'])),
      keys: {
        job: [...ids.map((id) => `t:${id}`), `j:${idOf(mark, 8)}`],
        task: ids,
        execution: ids.map((id) => `${id}/0/1`),
        computeNode: [`p:${idOf(mark, 9)}`],
      },
    };
  },
  runai(mark) {
    const service = new RunaiService();
    const ids = [idOf(mark, 1), idOf(mark, 2), SAME];
    const put = (id: string, i: number, phase: string, at = 0): void => service.putWorkload(id, T0 + i * 1_000, { name: `${mark}-work`, phase, phaseMs: T0 + i * 1_000 + at, projectName: mark }); // prettier-ignore
    ids.forEach((id, i) => put(id, i, 'Running'));
    ids.forEach((id, i) => service.putPod(idOf(mark, 20 + i), id, T0 + i * 1_000, { name: `${mark}-pod`, nodeName: `dgx-${mark}` })); // prettier-ignore
    service.projects = [{ id: '33', name: `${mark}-project`, clusterId: 'c1', resources: [] }];
    let moves = 0;
    return {
      upstream: service,
      move: (random) => put(random.pick(ids), random.int(0, 2), random.pick(['Running', 'Completed', 'Failed']), (moves += 100)), // prettier-ignore
      keys: {
        job: ids,
        task: ids.map((id) => `${id}/0`),
        execution: ids.map((id, i) => `${id}/${idOf(mark, 20 + i)}`),
        project: ['33'],
      },
    };
  },
};

const DEFINITIONS: Readonly<Record<string, ProviderKindDefinition<never>>> = { bacalhau, 'charity-engine': charityEngine, qarnot, runai } as never; // prettier-ignore

/** One address, and behind it as many accounts: who is asked follows from the credential alone. Answers come when they may. */
class SharedUpstream implements Upstream {
  readonly provider = KEY;
  readonly waiting: (() => void)[] = [];
  readonly #accounts: Readonly<Record<Mark, AccountOf>>;

  constructor(accounts: Readonly<Record<Mark, AccountOf>>) {
    this.#accounts = accounts;
  }

  async send(...[request, ctx]: Parameters<Upstream['send']>): ReturnType<Upstream['send']> {
    const { upstream } = this.#of(ctx);
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    const answer = await upstream.send(request, ctx);
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    return { ...answer, receivedAt: epochMs(Date.now()) };
  }

  openSocket(): Promise<never> {
    return Promise.reject(new GridweaveError('UNSUPPORTED_OPERATION', 'No sockets here.'));
  }

  fingerprint(ctx: CallContext): string {
    return ctx.credentials?.get(KEY)?.fingerprint ?? 'cafe0';
  }

  get health(): Upstream['health'] {
    return { breaker: 'CLOSED', retryAt: null, lastSuccessAt: null, lastFailureAt: null, latencyMs: null };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #of(ctx: CallContext): AccountOf {
    return this.#accounts[this.fingerprint(ctx) as Mark];
  }
}

/** One schedule: everybody reads through one adapter, merged lists and what was written a moment ago. */
class Schedule {
  readonly #random: Random;
  readonly #accounts: Readonly<Record<Mark, AccountOf>>;
  readonly #upstream: SharedUpstream;
  readonly #adapter: ProviderAdapter;
  readonly #provider: Provider;
  readonly #writes: RecentWrites;
  readonly #marks: Record<Mark, string | null> = { ada0: null, b0b0: null, cafe0: null };
  readonly #jobs: Record<Mark, JobRecord[]> = { ada0: [], b0b0: [], cafe0: [] };
  readonly #cursors: string[] = [];
  #open = 0;
  #wrong: unknown = null;
  told = 0;

  constructor(random: Random, kind: string) {
    this.#random = random;
    const make = KINDS[kind]!;
    this.#accounts = { ada0: make('ada0'), b0b0: make('b0b0'), cafe0: make('cafe0') };
    this.#upstream = new SharedUpstream(this.#accounts);
    const clock: Clock = { now: () => epochMs(Date.now()) };
    const definition = DEFINITIONS[kind]!;
    const ids = kind === 'charity-engine' ? MARKS.flatMap((mark) => this.#accounts[mark].keys.job ?? []) : [];
    const settings = definition.settingsSchema.parse(
      kind === 'charity-engine' ? { jobIds: [...new Set(ids)] } : {},
    );
    this.#adapter = definition.create({ provider: KEY, upstream: this.#upstream, settings, clock });
    this.#writes = new RecentWrites(clock);
    this.#provider = { key: KEY, name: 'lab', kind, adapter: this.#adapter, upstream: this.#upstream, access: SHARED_ACCESS, timeoutMs: 60_000, callback: null, events: new RecentProviderEvents() }; // prettier-ignore
  }

  async run(): Promise<number> {
    for (let step = 0; step < STEPS; step++) {
      await this.#step();
      await settled(30);
    }
    await this.#end();
    if (this.#wrong !== null) throw this.#wrong;
    return this.told;
  }

  /** Everybody is answered. */
  async #end(): Promise<void> {
    for (let round = 0; this.#open > 0; round++) {
      if (round > 2_000) throw new Error('a read never ends');
      this.#release();
      await settled(20);
    }
  }

  #release(): void {
    const { waiting } = this.#upstream;
    if (waiting.length > 0) waiting.splice(this.#random.int(0, waiting.length - 1), 1)[0]?.();
  }

  #step(): void | Promise<void> {
    const random = this.#random;
    const mark = random.pick(MARKS);
    switch (random.weighted({ read: 10, release: 6, end: 4, move: 2, pass: 1, write: 3 })) {
      case 'read':
        return this.#read(mark);
      case 'release':
        for (let i = random.int(1, 6); i > 0; i--) this.#release();
        return;
      case 'end':
        return this.#end();
      case 'move':
        return this.#accounts[mark].move(random);
      case 'pass':
        vi.setSystemTime(Date.now() + random.pick([10, 5_000, 40_000]));
        return;
      case 'write':
        return this.#write(mark);
    }
  }

  #contextOf(mark: Mark): CallContext {
    return {
      signal: new AbortController().signal,
      deadlineAt: epochMs(Date.now() + 600_000),
      budget: createCallBudget(10_000),
      ...(mark === 'cafe0' ? {} : { credentials: own({ fingerprint: mark, apply: () => {} }) }),
    };
  }

  #readContext(mark: Mark): ReadContext {
    const fault = (error: unknown): void => {
      this.#wrong ??= error;
    };
    return { providers: new ProviderRegistry([this.#provider]), viewer: LOCAL_VIEWER, clock: { now: () => epochMs(Date.now()) }, recentWrites: this.#writes, onFault: fault, call: this.#contextOf(mark) }; // prettier-ignore
  }

  /** What this gateway did for one of them a moment ago. */
  #write(mark: Mark): void {
    const [record] = this.#jobs[mark];
    if (record === undefined) return;
    const call = this.#contextOf(mark);
    const kind = this.#random.pick(['made', 'moved', 'removed'] as const);
    if (kind === 'made')
      this.#writes.made(this.#provider, call, { ...record, createdAt: epochMs(Date.now()) }); // prettier-ignore
    else if (kind === 'moved') this.#writes.moved(this.#provider, call, record, 'CANCELLING');
    else this.#writes.removed(this.#provider, call, record);
  }

  #read(mark: Mark): void {
    const random = this.#random;
    const whose = random.pick(MARKS);
    const kinds = this.#adapter.capabilities.kinds;
    const kind = random.pick(kinds);
    const keysOf = (of: RecordKind): NativeKey[] => (this.#accounts[whose].keys[of] ?? []) as NativeKey[];
    const ctx = this.#contextOf(mark);
    const what = random.weighted({ list: 5, get: 4, children: 3, changes: 4, imports: 0.5 });
    // A key that was asked for may be named when it is not found.
    const asked = (keys: readonly string[]) => (text: string) =>
      keys.flatMap((key) => [key, ...key.split('/')]).reduce((rest, key) => rest.replaceAll(key, ''), text);
    switch (what) {
      case 'list':
        return this.#watch(
          mark,
          what,
          (text) => text,
          async () => {
            const after = random.chance(0.3) ? (this.#cursors.at(-1) ?? null) : null;
            const page = await mergeConnection({ kind, first: random.pick([1, 2, 50]), after, filter: {}, order: DEFAULT_ORDER[kind] }, this.#readContext(mark)); // prettier-ignore
            const cursor = after === null && kind === 'job' ? page.endCursor() : null;
            if (kind === 'job')
              this.#jobs[mark].unshift(...(page.edges.map(({ node }) => node) as JobRecord[]).slice(0, 1));
            const end = page.endCursor();
            if (cursor !== null) this.#cursors.push(cursor);
            const { edges, sources } = page;
            return [edges.map(({ node }) => node), after === null ? Buffer.from(end ?? '', 'base64url').toString() : null, sources.map(({ notes, dropped, rows, error }) => [notes, dropped, rows, error?.message])]; // prettier-ignore
          },
        );
      case 'get':
        return this.#watch(mark, what, asked(keysOf(kind)), () => this.#adapter.get(kind, keysOf(kind), ctx));
      case 'children': {
        const call = random.pick(['tasksOfJobs', 'executionsOfJobs'] as const);
        return this.#watch(mark, call, asked(keysOf('job')), () => this.#adapter[call](keysOf('job'), ctx));
      }
      case 'changes':
        return this.#watch(
          mark,
          what,
          (text) => text,
          async () => {
            const since = random.chance(0.3) ? null : this.#marks[mark];
            const batch = await this.#adapter.changes(since, ctx);
            this.#marks[mark] = batch.watermark;
            // Random letters may be anybody's mark.
            return { ...batch, watermark: batch.watermark.replace(/"batch":"[^"]*"/, '') };
          },
        );
      case 'imports': {
        const [id = ''] = keysOf('job');
        if (this.#adapter.importJobs === undefined) return;
        return this.#watch(mark, what, asked([id]), () => this.#adapter.importJobs!([{ id, name: `${mark}-named`, submittedAt: null }], ctx)); // prettier-ignore
      }
    }
  }

  #watch(mark: Mark, what: string, without: (text: string) => string, read: () => Promise<unknown>): void {
    this.#open += 1;
    void this.#judge(read(), (text) => expectOwn(without(text), mark, what));
  }

  async #judge(reading: Promise<unknown>, expectIt: (text: string) => void): Promise<void> {
    try {
      const told = await reading.catch((error: unknown) => {
        if (error instanceof GridweaveError) return error.message;
        throw error;
      });
      this.told += 1;
      expectIt(textOf(told));
    } catch (wrong) {
      this.#wrong ??= wrong;
    } finally {
      this.#open -= 1;
    }
  }
}

function textOf(told: unknown): string {
  return JSON.stringify(told, (_name, value: unknown) => {
    if (value instanceof Map) return [...value];
    if (value instanceof Error) return value.message;
    return typeof value === 'bigint' ? value.toString() : value;
  });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

it.each(Object.keys(KINDS))(
  `one adapter for three accounts (%s): ${String(Math.ceil(SHARE.count / 4))} schedules from seed ${String(SHARE.first)} on`,
  async (kind) => {
    const share = { ...SHARE, count: Math.ceil(SHARE.count / 4) };
    const told = await runAll(share, (random) => {
      vi.setSystemTime(T0 + 3_600_000);
      return new Schedule(random, kind).run();
    });
    if (share.count > 20) expect(told / share.count).toBeGreaterThan(2);
  },
  SHARE.timeoutMs,
);
