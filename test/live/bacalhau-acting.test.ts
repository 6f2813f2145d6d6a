import { randomInt } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
import { ActingRig, jobOf, PROGRAM, settle } from './acting-rig.ts';
import { FATES, type Fate } from './cutting-proxy.ts';
import { wasmProgram } from './wasm-program.ts';

const url = process.env['GRIDWEAVE_LIVE_BACALHAU_URL'];
const seed = Number(process.env['GRIDWEAVE_SEED'] ?? randomInt(2 ** 31));

const CREATE = /^PUT \/api\/v1\/orchestrator\/jobs$/;
const RERUN_CALL = /^PUT .*\/rerun$/;
const STOP = /^DELETE /;
/** ComputeState of an execution that was stopped. */
const CANCELLED_THERE = 11;

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
  let rig: ActingRig;
  beforeAll(async () => {
    rig = await ActingRig.start(target, seed);
  });
  afterEach(() => expect(rig.proxy.forget()).toBe(0));
  afterAll(() => rig.close());

  test('a create whose answer is lost is found, repeated to the same job, and runs to its end in the graph', async () => {
    const { submission, jobs } = rig.newCase();
    const lost = rig.proxy.plan(CREATE, 'CUT_AFTER');
    const first = await rig.gateway.submit(submission);
    expect(await lost.answered).toBe(200);
    expect(first).toMatchObject({ outcome: 'CREATED', replayed: false, errors: [] });
    const { id, nativeRef } = jobOf(first);
    const again = await rig.gateway.submit(submission);
    expect(again).toMatchObject({ outcome: 'CREATED', replayed: true, job: { id } });
    expect(await jobs()).toMatchObject([{ ID: nativeRef.nativeId, Version: 1 }]);

    expect((await rig.succeeded(id)).executions.nodes).toMatchObject([
      {
        status: { state: 'SUCCEEDED' },
        exitCode: 0,
        output: { stdout: 'hello\n' },
        // Bacalhau has no log of wasm programs; what its record keeps of the output never proves to be all.
        logs: { text: 'hello\n', end: 'TRUNCATED' },
      },
    ]);
    expect(await rig.gateway.submit(submission)).toMatchObject({
      outcome: 'CREATED',
      replayed: true,
      job: { id },
    });
    expect(await jobs()).toMatchObject([{ Version: 1, State: { StateType: 'Completed' } }]);
  });

  test.each(Object.entries(FATES) as [Fate, string][])('%s of a create leaves one job: %s', async (fate) => {
    const { submission, jobs } = rig.newCase();
    const { answered } = rig.proxy.plan(CREATE, fate);
    const first = await rig.gateway.submit(submission);
    const passedOn = (await answered) !== null;
    expect(await jobs()).toHaveLength(passedOn ? 1 : 0);
    // Refused means that nothing is made: not now, and not later.
    expect([passedOn ? 'CREATED' : 'REFUSED', 'UNKNOWN']).toContain(first.outcome);
    expect(first.errors.every(({ retryable }) => retryable)).toBe(true);
    const second = await rig.gateway.submit(submission);
    expect(second).toMatchObject({ outcome: 'CREATED', replayed: passedOn });
    expect(await jobs()).toMatchObject([{ ID: jobOf(second).nativeRef.nativeId, Version: 1 }]);
  });

  test('fifty callers at once, and the answer is lost: one job', async () => {
    const { submission, jobs } = rig.newCase();
    rig.proxy.plan(CREATE, 'CUT_AFTER');
    const answers = await Promise.all(Array.from({ length: 50 }, () => rig.gateway.submit(submission)));
    expect(new Set(answers.map(({ outcome }) => outcome))).toEqual(new Set(['CREATED']));
    expect(new Set(answers.map((answer) => jobOf(answer).id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await jobs()).toMatchObject([{ Version: 1 }]);
  });

  test('many submissions with accidents by chance: one job each, and all of them end', async () => {
    const random = randomOf(seed, 'accidents');
    const fates = Object.keys(FATES) as Fate[];
    const told: Record<string, number> = {};
    const tell = (outcome: string): void => void (told[outcome] = (told[outcome] ?? 0) + 1);
    const accidents = Array.from({ length: 12 }, () =>
      rig.proxy.plan(CREATE, fates[random.int(0, fates.length - 1)] as Fate),
    );
    const all = await Promise.all(
      Array.from({ length: 16 }, async () => {
        const { submission, jobs } = rig.newCase();
        const callers = Array.from({ length: random.int(1, 2) }, () => settle(rig.gateway, submission, tell));
        return { jobs, made: await Promise.all(callers) };
      }),
    );
    // They are met in their order. A call that was held may land only now.
    const met = accidents.length - rig.proxy.forget();
    await Promise.all(accidents.slice(0, met).map(({ answered }) => answered));
    for (const { jobs, made } of all) {
      const [{ id, nativeRef }] = made as [ShownJob];
      expect(made.every((job) => job.id === id)).toBe(true);
      await rig.watch.sees(id, 'SUCCEEDED');
      expect(await jobs()).toMatchObject([{ ID: nativeRef.nativeId, Version: 1 }]);
    }
    process.stdout.write(`\n16 submissions, ${String(met)} accidents: ${JSON.stringify(told)}\n`);
  });

  test('what was on its way when a gateway ended is found by the next one', async () => {
    const { submission, jobs } = rig.newCase();
    const directory = await rig.directory();
    const doomed = await rig.another(directory);
    const { answered } = rig.proxy.plan(CREATE, 'ANSWER_HELD');
    const unheard = doomed.submit(submission).catch(() => null);
    expect(await answered).toBe(200);
    await doomed.close(0);
    await unheard;
    const next = await rig.another(directory);
    try {
      const again = await next.submit(submission);
      expect(again).toMatchObject({ outcome: 'CREATED', replayed: true });
      expect(await jobs()).toMatchObject([{ ID: jobOf(again).nativeRef.nativeId, Version: 1 }]);
    } finally {
      await next.close();
    }
  });

  test('a cancelled job is seen so at once, though the answer is lost, and the node agrees', async () => {
    const { submission } = rig.newCase(60);
    const { id, nativeRef } = await rig.created(submission);
    await rig.watch.sees(id, 'RUNNING');
    const { answered } = rig.proxy.plan(STOP, 'CUT_AFTER');
    const cancelled = await rig.gateway.cancel(id, 'no longer needed');
    expect(await answered).toBe(200);
    expect(cancelled).toMatchObject({ outcome: 'DONE', job: { status: { state: 'CANCELLED' } } });
    expect((await rig.gateway.job(id)).status.state).toBe('CANCELLED');
    await rig.watch.sees(id, 'CANCELLED', 1, 5_000);
    expect(await rig.node.job(nativeRef.nativeId)).toMatchObject({
      Version: 1,
      State: { StateType: 'Stopped', Message: 'no longer needed' },
    });
    await expect
      .poll(async () =>
        (await rig.node.executions(nativeRef.nativeId)).map(({ ComputeState }) => ComputeState.StateType),
      )
      .toEqual([CANCELLED_THERE]);
    await expect
      .poll(async () => (await rig.gateway.job(id)).executions.nodes.map(({ status }) => status.state), {
        timeout: 5_000,
      })
      .toEqual(['CANCELLED']);
    expect(await rig.gateway.cancel(id)).toMatchObject({ outcome: 'ALREADY' });
    // The same key is the same job still, ended as it is.
    expect(await rig.gateway.submit(submission)).toMatchObject({
      outcome: 'CREATED',
      replayed: true,
      job: { id },
    });
    expect(await rig.node.job(nativeRef.nativeId)).toMatchObject({
      Version: 1,
      State: { StateType: 'Stopped' },
    });
  });

  test('a job is run again once for each key, though the answer is lost', async () => {
    const { submission, jobs } = rig.newCase();
    const { id, nativeRef } = await rig.created(submission);
    await rig.watch.sees(id, 'SUCCEEDED');
    const rerun = (idempotencyKey: string): Promise<Submitted> =>
      rig.gateway.ask(RERUN, { input: { id, idempotencyKey } });
    const versions = async (): Promise<ReadonlySet<number>> =>
      new Set((await rig.node.executions(nativeRef.nativeId)).map(({ JobVersion }) => JobVersion));
    const key = `${submission.idempotencyKey}-again`;
    const { answered } = rig.proxy.plan(RERUN_CALL, 'CUT_AFTER');
    const first = await rerun(key);
    expect(await answered).toBe(200);
    expect(first).toMatchObject({ outcome: 'CREATED', job: { id, generation: 2 } });
    const repeats = await Promise.all([rerun(key), rerun(key), rerun(key)]);
    for (const repeat of repeats)
      expect(repeat).toMatchObject({ outcome: 'CREATED', replayed: true, job: { id } });
    await rig.watch.sees(id, 'SUCCEEDED', 2);
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
    await rig.watch.sees(id, 'SUCCEEDED', 3);
    expect(await jobs()).toMatchObject([{ Version: 3 }]);
  });

  test('many are cancelled by a label, and no other', async () => {
    const team = { key: 'live-team', value: `${rig.run}-a` };
    const labelled = [1, 2, 3].map(() => {
      const { submission } = rig.newCase(60);
      const labels = [...(submission.spec['labels'] as object[]), team];
      return { ...submission, spec: { ...submission.spec, labels } };
    });
    const jobs = await Promise.all(labelled.map((submission) => rig.created(submission)));
    const other = await rig.created(rig.newCase(60).submission);
    for (const { id } of [...jobs, other]) await rig.watch.sees(id, 'RUNNING');
    const filter = { labels: [{ key: team.key, values: [team.value] }] };
    const { items, more } = await rig.gateway.ask<CancelledMany>(CANCEL_MANY, {
      input: { filter, limit: 10 },
    });
    expect(more).toBe(false);
    expect(items.map(({ outcome }) => outcome)).toEqual(['DONE', 'DONE', 'DONE']);
    const shown = await rig.gateway.ask<{ nodes: ShownJob[] }>(JOBS, { filter });
    expect(shown.nodes.map(({ status }) => status.state)).toEqual(['CANCELLED', 'CANCELLED', 'CANCELLED']);
    for (const { id, nativeRef } of jobs) {
      await rig.watch.sees(id, 'CANCELLED', 1, 5_000);
      expect((await rig.node.job(nativeRef.nativeId)).State.StateType).toBe('Stopped');
    }
    expect((await rig.node.job(other.nativeRef.nativeId)).State.StateType).toBe('Running');
    expect(await rig.gateway.cancel(other.id)).toMatchObject({ outcome: 'DONE' });
  });

  test('gateways that know nothing of each other make one job of a key, and replace none', async () => {
    const [second, third] = await Promise.all([rig.another(), rig.another()]);
    try {
      const { submission, jobs } = rig.newCase(30);
      const made = await Promise.all(
        Array.from({ length: 20 }, (_, i) => settle(i % 2 === 0 ? rig.gateway : second, submission)),
      );
      const [{ id, nativeRef }] = made as [ShownJob];
      expect(made.every((job) => job.id === id)).toBe(true);
      expect(await jobs()).toMatchObject([{ ID: nativeRef.nativeId, Version: 1 }]);
      await rig.watch.sees(id, 'RUNNING');

      const other = { ...submission, spec: { ...submission.spec, priority: 7 } };
      for (const one of [rig.gateway, second, third]) {
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
      await rig.watch.sees(id, 'CANCELLED');
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
      const { submission } = rig.newCase(0, { inputs: [{ path: PROGRAM, source }] });
      const { id } = await rig.created(submission);
      expect((await rig.succeeded(id)).executions.nodes).toMatchObject([
        { exitCode: 0, output: { stdout: 'from a URL\n' } },
      ]);
      expect(fetched).toBe(1);
    } finally {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    }
  });
}
