import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { randomOf } from '../../src/sandbox/world/prng.ts';
import {
  CANCEL_MANY,
  JOBS,
  RERUN,
  type CancelledMany,
  type ShownJob,
  type Submitted,
} from './acting-documents.ts';
import { BacalhauNode, type NodeJob } from './bacalhau-node.ts';
import { FATES, startCuttingProxy, type CuttingProxy, type Fate } from './cutting-proxy.ts';
import { API_KEY, LiveGateway, type JobWatch, type Submission } from './live-gateway.ts';
import { wasmProgram } from './wasm-program.ts';

const url = process.env['GRIDWEAVE_LIVE_BACALHAU_URL'];
const seed = Number(process.env['GRIDWEAVE_SEED'] ?? randomInt(2 ** 31));

/** How long the gateways wait for one answer: what is held is held for so long. */
const TIMEOUT_MS = 4_000;
const CREATE = /^PUT \/api\/v1\/orchestrator\/jobs$/;
const RERUN_CALL = /^PUT .*\/rerun$/;
const STOP = /^DELETE /;
const RUN_LABEL = 'live-run';
const CASE_LABEL = 'live-case';
const run = `r${String(seed)}-${Date.now().toString(36)}`;
const PROGRAM = '/app/program.wasm';
/** ComputeState of an execution that was stopped. */
const CANCELLED_THERE = 11;
const MAX_TRIES = 20;

interface Case {
  readonly submission: Submission;
  /** The jobs of this case, as the orchestrator itself lists them. */
  jobs(): Promise<readonly NodeJob[]>;
}

if (url === undefined || url === '') {
  console.warn(
    'Acting on Bacalhau is not tested: set GRIDWEAVE_LIVE_BACALHAU_URL to an orchestrator with a wasm engine.',
  );
  describe.skip('acting on a live Bacalhau (GRIDWEAVE_LIVE_BACALHAU_URL is not set)', () => {
    test('is not there');
  });
} else {
  describe(`acting on a live Bacalhau, seed ${String(seed)}`, () => {
    acting(url);
  });
}

function acting(target: string): void {
  const node = new BacalhauNode(target, process.env[API_KEY]);
  const directories: string[] = [];
  let proxy: CuttingProxy;
  let gateway: LiveGateway;
  let watch: JobWatch;
  let cases = 0;

  const start = async (directory?: string): Promise<LiveGateway> => {
    const own = directory ?? (await mkdtemp(join(tmpdir(), 'gridweave-live-')));
    if (directory === undefined) directories.push(own);
    return LiveGateway.start({ upstream: proxy.url, directory: own, timeoutMs: TIMEOUT_MS });
  };

  /** A job of its own: prints "hello", and goes on for so many seconds. */
  const newCase = (seconds = 0, more: object = {}): Case => {
    cases += 1;
    const label = `${run}-${String(cases)}`;
    return {
      submission: {
        idempotencyKey: label,
        spec: {
          name: `Live case ${String(cases)}`,
          inputs: [{ path: PROGRAM, source: { inline: wasmProgram('hello', seconds) } }],
          resources: { cpuMillis: 50, memoryBytes: 33_554_432 },
          executionTimeoutMs: 120_000,
          labels: [
            { key: RUN_LABEL, value: run },
            { key: CASE_LABEL, value: label },
          ],
          ...more,
        },
        extensions: { bacalhau: { wasm: { entryModulePath: PROGRAM } } },
      },
      jobs: () => node.labelled(CASE_LABEL, label),
    };
  };

  const created = async (submission: Submission, by = gateway): Promise<ShownJob> =>
    jobOf(await by.submit(submission));

  beforeAll(async () => {
    proxy = await startCuttingProxy(target);
    gateway = await start();
    watch = await gateway.watch(RUN_LABEL, run);
  });
  afterEach(() => expect(proxy.forget()).toBe(0));
  afterAll(async () => {
    await watch.close();
    await gateway.close();
    await proxy.close();
    await node.stopAll(await node.labelled(RUN_LABEL, run));
    for (const directory of directories) await rm(directory, { recursive: true });
  });

  test('a create whose answer is lost is found, repeated to the same job, and runs to its end in the graph', async () => {
    const { submission, jobs } = newCase();
    const lost = proxy.plan(CREATE, 'CUT_AFTER');
    const first = await gateway.submit(submission);
    expect(await lost.answered).toBe(200);
    expect(first).toMatchObject({ outcome: 'CREATED', replayed: false, errors: [] });
    const { id, nativeRef } = jobOf(first);
    const again = await gateway.submit(submission);
    expect(again).toMatchObject({ outcome: 'CREATED', replayed: true, job: { id } });
    expect(await jobs()).toMatchObject([{ ID: nativeRef.nativeId, Version: 1 }]);

    await watch.sees(id, 'SUCCEEDED');
    const { executions, status } = await gateway.job(id);
    expect(status.state).toBe('SUCCEEDED');
    expect(executions.nodes).toMatchObject([
      {
        status: { state: 'SUCCEEDED' },
        exitCode: 0,
        output: { stdout: 'hello\n' },
        // Bacalhau has no log of wasm programs; what its record keeps of the output never proves to be all.
        logs: { text: 'hello\n', end: 'TRUNCATED' },
      },
    ]);
    expect(await gateway.submit(submission)).toMatchObject({
      outcome: 'CREATED',
      replayed: true,
      job: { id },
    });
    expect(await jobs()).toMatchObject([{ Version: 1, State: { StateType: 'Completed' } }]);
  });

  test.each(Object.entries(FATES) as [Fate, string][])('%s of a create leaves one job: %s', async (fate) => {
    const { submission, jobs } = newCase();
    const { answered } = proxy.plan(CREATE, fate);
    const first = await gateway.submit(submission);
    const passedOn = (await answered) !== null;
    expect(await jobs()).toHaveLength(passedOn ? 1 : 0);
    // Refused means that nothing is made: not now, and not later.
    expect([passedOn ? 'CREATED' : 'REFUSED', 'UNKNOWN']).toContain(first.outcome);
    expect(first.errors.every(({ retryable }) => retryable)).toBe(true);
    const second = await gateway.submit(submission);
    expect(second).toMatchObject({ outcome: 'CREATED', replayed: passedOn });
    expect(await jobs()).toMatchObject([{ ID: jobOf(second).nativeRef.nativeId, Version: 1 }]);
  });

  test('fifty callers at once, and the answer is lost: one job', async () => {
    const { submission, jobs } = newCase();
    proxy.plan(CREATE, 'CUT_AFTER');
    const answers = await Promise.all(Array.from({ length: 50 }, () => gateway.submit(submission)));
    expect(new Set(answers.map(({ outcome }) => outcome))).toEqual(new Set(['CREATED']));
    expect(new Set(answers.map((answer) => jobOf(answer).id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await jobs()).toMatchObject([{ Version: 1 }]);
  });

  test('many submissions with accidents by chance: one job each, and all of them end', async () => {
    const random = randomOf(seed, 'accidents');
    const fates = Object.keys(FATES) as Fate[];
    const told: Record<string, number> = {};
    const submissions = Array.from({ length: 24 }, () => newCase());
    const held: Promise<unknown>[] = [];
    for (let i = 0; i < 18; i += 1) {
      held.push(proxy.plan(CREATE, fates[random.int(0, fates.length - 1)] as Fate).answered);
    }
    const ids = await Promise.all(
      submissions.flatMap(({ submission }) =>
        Array.from({ length: random.int(1, 2) }, async () => {
          const { id } = await settle(
            gateway,
            submission,
            (outcome) => (told[outcome] = (told[outcome] ?? 0) + 1),
          );
          return { key: submission.idempotencyKey, id };
        }),
      ),
    );
    // Accidents that nothing met are taken back; calls that are held still may land.
    const unmet = proxy.forget();
    await Promise.all(held.slice(0, held.length - unmet));
    for (const { submission, jobs } of submissions) {
      const told = new Set(ids.filter(({ key }) => key === submission.idempotencyKey).map(({ id }) => id));
      expect(told.size).toBe(1);
      const [id = ''] = told;
      const { nativeRef } = (await watch.sees(id, 'SUCCEEDED')).job as ShownJob;
      expect(await jobs()).toMatchObject([{ ID: nativeRef.nativeId, Version: 1 }]);
    }
    report(`24 submissions, ${String(18 - unmet)} accidents: ${JSON.stringify(told)}`);
  });

  test('what was on its way when a gateway ended is found by the next one', async () => {
    const { submission, jobs } = newCase();
    const directory = await mkdtemp(join(tmpdir(), 'gridweave-live-'));
    directories.push(directory);
    const doomed = await start(directory);
    const { answered } = proxy.plan(CREATE, 'ANSWER_HELD');
    const unheard = doomed.submit(submission).catch(() => null);
    expect(await answered).toBe(200);
    await doomed.close(0);
    await unheard;
    const next = await start(directory);
    try {
      const again = await next.submit(submission);
      expect(again).toMatchObject({ outcome: 'CREATED', replayed: true });
      expect(await jobs()).toMatchObject([{ ID: jobOf(again).nativeRef.nativeId, Version: 1 }]);
    } finally {
      await next.close();
    }
  });

  test('a cancelled job is seen so at once, though the answer is lost, and the node agrees', async () => {
    const { submission } = newCase(60);
    const { id, nativeRef } = await created(submission);
    await watch.sees(id, 'RUNNING');
    const { answered } = proxy.plan(STOP, 'CUT_AFTER');
    const cancelled = await gateway.cancel(id, 'no longer needed');
    expect(await answered).toBe(200);
    expect(cancelled).toMatchObject({ outcome: 'DONE', job: { status: { state: 'CANCELLED' } } });
    expect((await gateway.job(id)).status.state).toBe('CANCELLED');
    await watch.sees(id, 'CANCELLED', 1, 5_000);
    expect(await node.job(nativeRef.nativeId)).toMatchObject({
      Version: 1,
      State: { StateType: 'Stopped', Message: 'no longer needed' },
    });
    await expect
      .poll(async () =>
        (await node.executions(nativeRef.nativeId)).map(({ ComputeState }) => ComputeState.StateType),
      )
      .toEqual([CANCELLED_THERE]);
    await expect
      .poll(async () => (await gateway.job(id)).executions.nodes.map(({ status }) => status.state), {
        timeout: 5_000,
      })
      .toEqual(['CANCELLED']);
    expect(await gateway.cancel(id)).toMatchObject({ outcome: 'ALREADY' });
    // The same key is the same job still, ended as it is.
    expect(await gateway.submit(submission)).toMatchObject({
      outcome: 'CREATED',
      replayed: true,
      job: { id },
    });
    expect(await node.job(nativeRef.nativeId)).toMatchObject({ Version: 1, State: { StateType: 'Stopped' } });
  });

  test('a job is run again once for each key, though the answer is lost', async () => {
    const { submission, jobs } = newCase();
    const { id, nativeRef } = await created(submission);
    await watch.sees(id, 'SUCCEEDED');
    const rerun = (idempotencyKey: string): Promise<Submitted> =>
      gateway.ask(RERUN, { input: { id, idempotencyKey } });
    const versions = async (): Promise<ReadonlySet<number>> =>
      new Set((await node.executions(nativeRef.nativeId)).map(({ JobVersion }) => JobVersion));
    const key = `${submission.idempotencyKey}-again`;
    const { answered } = proxy.plan(RERUN_CALL, 'CUT_AFTER');
    const first = await rerun(key);
    expect(await answered).toBe(200);
    expect(first).toMatchObject({ outcome: 'CREATED', job: { id, generation: 2 } });
    const repeats = await Promise.all([rerun(key), rerun(key), rerun(key)]);
    for (const repeat of repeats)
      expect(repeat).toMatchObject({ outcome: 'CREATED', replayed: true, job: { id } });
    await watch.sees(id, 'SUCCEEDED', 2);
    expect(await rerun(key)).toMatchObject({
      outcome: 'CREATED',
      replayed: true,
      job: { id, generation: 2 },
    });
    expect(await jobs()).toMatchObject([{ ID: nativeRef.nativeId, Version: 2 }]);
    expect(await versions()).toEqual(new Set([1, 2]));
    // Another key is another run.
    expect(await rerun(`${key}-and-again`)).toMatchObject({
      outcome: 'CREATED',
      replayed: false,
      job: { generation: 3 },
    });
    await watch.sees(id, 'SUCCEEDED', 3);
    expect(await jobs()).toMatchObject([{ Version: 3 }]);
  });

  test('many are cancelled by a label, and no other', async () => {
    const team = { key: 'live-team', value: `${run}-a` };
    const labelled = [1, 2, 3].map(() => {
      const { submission } = newCase(60);
      const labels = [...(submission.spec['labels'] as object[]), team];
      return { ...submission, spec: { ...submission.spec, labels } };
    });
    const jobs = await Promise.all(labelled.map((submission) => created(submission)));
    const other = await created(newCase(60).submission);
    for (const { id } of [...jobs, other]) await watch.sees(id, 'RUNNING');
    const filter = { labels: [{ key: team.key, values: [team.value] }] };
    const { items, more } = await gateway.ask<CancelledMany>(CANCEL_MANY, { input: { filter, limit: 10 } });
    expect(more).toBe(false);
    expect(items.map(({ outcome }) => outcome)).toEqual(['DONE', 'DONE', 'DONE']);
    const shown = await gateway.ask<{ nodes: ShownJob[] }>(JOBS, { filter });
    expect(shown.nodes.map(({ status }) => status.state)).toEqual(['CANCELLED', 'CANCELLED', 'CANCELLED']);
    for (const { id, nativeRef } of jobs) {
      await watch.sees(id, 'CANCELLED', 1, 5_000);
      expect((await node.job(nativeRef.nativeId)).State.StateType).toBe('Stopped');
    }
    expect((await node.job(other.nativeRef.nativeId)).State.StateType).toBe('Running');
    expect(await gateway.cancel(other.id)).toMatchObject({ outcome: 'DONE' });
  });

  test('gateways that know nothing of each other make one job of a key, and replace none', async () => {
    const [second, third] = await Promise.all([start(), start()]);
    try {
      const { submission, jobs } = newCase(30);
      const made = await Promise.all(
        Array.from({ length: 20 }, (_, i) => settle(i % 2 === 0 ? gateway : second, submission)),
      );
      const [{ id, nativeRef }] = made as [ShownJob];
      expect(made.every((job) => job.id === id)).toBe(true);
      expect(await jobs()).toMatchObject([{ ID: nativeRef.nativeId, Version: 1 }]);
      await watch.sees(id, 'RUNNING');

      const other = { ...submission, spec: { ...submission.spec, priority: 7 } };
      for (const one of [gateway, second, third]) {
        expect(await one.submit(other)).toMatchObject({
          outcome: 'REFUSED',
          errors: [{ __typename: 'IdempotencyMismatch', code: 'IDEMPOTENCY_MISMATCH' }],
        });
      }
      expect(await jobs()).toMatchObject([
        { ID: nativeRef.nativeId, Version: 1, State: { StateType: 'Running' } },
      ]);
      expect(await second.submit(submission)).toMatchObject({
        outcome: 'CREATED',
        replayed: true,
        job: { id },
      });
      expect(await third.cancel(id)).toMatchObject({ outcome: 'DONE' });
      await watch.sees(id, 'CANCELLED');
    } finally {
      await Promise.all([second.close(), third.close()]);
    }
  });

  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(target).hostname);
  test.runIf(isHere)('a module can be given by URL', async () => {
    let fetched = 0;
    const module = Buffer.from(wasmProgram('from a URL'), 'latin1');
    const server = createServer((request, response) => {
      if (request.method === 'GET') fetched += 1;
      // A node asks for the size first, and fails the execution when it is not told.
      response.writeHead(200, { 'content-length': module.length }).end(module);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const source = { url: `http://127.0.0.1:${String(port)}/modules/program.wasm` };
      const { submission } = newCase(0, { inputs: [{ path: PROGRAM, source }] });
      const { id } = await created(submission);
      await watch.sees(id, 'SUCCEEDED');
      const { executions } = await gateway.job(id);
      expect(executions.nodes).toMatchObject([{ exitCode: 0, output: { stdout: 'from a URL\n' } }]);
      expect(fetched).toBe(1);
    } finally {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    }
  });
}

function jobOf({ job, errors, outcome }: Pick<Submitted, 'job' | 'errors' | 'outcome'>): ShownJob {
  if (job === null) throw new Error(`no job: ${outcome} ${JSON.stringify(errors)}`);
  return job;
}

/** Repeats a submission until it is known what became of it, as a client of the gateway is to do. */
async function settle(
  gateway: LiveGateway,
  submission: Submission,
  tell: (outcome: string) => void = () => {},
): Promise<ShownJob> {
  for (let tries = 1; ; tries += 1) {
    const answer = await gateway.submit(submission);
    tell(answer.replayed ? 'REPLAYED' : answer.outcome);
    if (answer.outcome === 'CREATED') return jobOf(answer);
    if (tries === MAX_TRIES || answer.errors.some(({ retryable }) => !retryable)) return jobOf(answer);
    const [{ retryAfterMs } = { retryAfterMs: null }] = answer.errors;
    await delay(Math.min(retryAfterMs ?? 100, 2_000));
  }
}

function report(line: string): void {
  process.stdout.write(`\n${line} (seed ${String(seed)})\n`);
}
