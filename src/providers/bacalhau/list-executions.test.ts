import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  callContext,
  executionRow,
  FakeBacalhau,
  fixedClock,
  nanos,
  type FakeJob,
} from '../../../test/support/fake-bacalhau.ts';
import type { NativeKey } from '../../model/ids.ts';
import { compareOrderKeys, type Direction } from '../../model/order.ts';
import { epochMs } from '../../model/time.ts';
import type { ListFilter, ListPage } from '../provider.ts';
import { bacalhau } from './index.ts';

const T = 1_770_000_000_000;
const JOB_ROUTE = '/api/v1/orchestrator/jobs/{}';

function adapterOf(server: FakeBacalhau) {
  return bacalhau.create({
    provider: server.provider,
    upstream: server,
    settings: { namespaces: [] },
    clock: fixedClock,
  });
}

/** Jobs a millisecond apart with so many executions each; the times of executions repeat. */
function jobsWith(counts: readonly number[], members: Partial<FakeJob> = {}): FakeJob[] {
  return counts.map((count, i) => ({
    id: `j-${String(i)}`,
    created: nanos(T + i),
    ...members,
    executions: Array.from({ length: count }, (_, n) =>
      executionRow(`e-${String(i)}-${String(n)}`, `j-${String(i)}`, nanos(T + 100 + (n % 3)), {
        ComputeState: { StateType: members.state === 'Completed' ? 9 : 5 },
      }),
    ),
  }));
}

function lister(server: FakeBacalhau, direction: Direction, filter: ListFilter = {}) {
  const adapter = adapterOf(server);
  return (after: string | null, limit: number, budget = 1000) =>
    adapter.list(
      'execution',
      { after, limit, filter, order: { field: 'CREATED_AT', direction } },
      callContext(budget),
    );
}

type Page = ListPage<'execution'>;

async function walk(
  read: (after: string | null) => Promise<Page>,
  start: string | null = null,
): Promise<Page['rows'][number][]> {
  const rows: Page['rows'][number][] = [];
  let after = start;
  for (let page = 0; page < 100; page++) {
    const answer = await read(after);
    rows.push(...answer.rows);
    if (!answer.hasMore) return rows;
    after = answer.endPosition;
  }
  throw new Error('the walk does not end');
}

describe('list("execution")', () => {
  it('gives newest jobs first, and within one its newest executions', async () => {
    const server = new FakeBacalhau();
    server.jobs = jobsWith([2, 0, 3]);
    const page = await lister(server, 'DESC')(null, 20);
    expect(page.rows.map(({ record }) => record.nativeRef.id)).toEqual([
      'e-2-2',
      'e-2-1',
      'e-2-0',
      'e-0-1',
      'e-0-0',
    ]);
    expect(page.hasMore).toBe(false);
    // One for the jobs, one for each.
    expect(server.calls).toHaveLength(4);
  });

  it('asks no more jobs than it has to', async () => {
    const server = new FakeBacalhau();
    server.jobs = jobsWith(Array.from({ length: 60 }, () => 2));
    const page = await lister(server, 'DESC')(null, 10);
    expect(page.rows.length).toBeGreaterThanOrEqual(10);
    expect(page.hasMore).toBe(true);
    expect(server.calls.length).toBeLessThanOrEqual(1 + 10);
  });

  it('gives everything once, in order, and goes on after any row', async () => {
    const counts = fc.array(fc.nat(5), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        counts,
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom<Direction>('ASC', 'DESC'),
        async (sizes, limit, direction) => {
          const server = new FakeBacalhau();
          server.jobs = jobsWith(sizes);
          const list = lister(server, direction);
          const rows = await walk((after) => list(after, limit));
          const keys = rows.map(({ record }) => record.key);
          const wanted = server.jobs.flatMap((job) =>
            job.executions!.map((row) => `${job.id}/${String(row['ID'])}`),
          );
          expect(keys.toSorted()).toEqual(wanted.toSorted());
          const order = rows.map(({ orderKey }) => orderKey);
          expect(order).toEqual(order.toSorted((a, b) => compareOrderKeys(a, b, direction)));
          // Jobs that arrive meanwhile shift the pages when the newest come first.
          server.jobs.push(
            ...jobsWith([1, 1, 1]).map((job, i) => ({
              ...job,
              id: `j-new-${String(i)}`,
              created: nanos(T + 500 + i),
              executions: [executionRow(`e-new-${String(i)}`, `j-new-${String(i)}`, nanos(T + 600))],
            })),
          );
          for (const [i, row] of rows.entries()) {
            const rest = await walk((after) => list(after, limit), row.position);
            const old = rest.map(({ record }) => record.key).filter((key) => !key.includes('new'));
            expect(old).toEqual(keys.slice(i + 1));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('goes on deep in the list without reading it from its start', async () => {
    const server = new FakeBacalhau();
    server.jobs = jobsWith(Array.from({ length: 30 }, () => 3));
    const list = lister(server, 'DESC');
    let page = await list(null, 3);
    for (let i = 0; i < 6; i++) page = await list(page.endPosition, 3);
    const inside = page.rows.find(({ position }) => position.includes('["j-'))!;
    server.calls.length = 0;
    await list(inside.position, 3);
    expect(server.routes.filter((route) => route === '/api/v1/orchestrator/jobs')).toHaveLength(1);
  });

  it('does not ask finished jobs again', async () => {
    const server = new FakeBacalhau();
    server.jobs = jobsWith([2, 2], { state: 'Completed' });
    const list = lister(server, 'DESC');
    const first = await list(null, 10);
    server.calls.length = 0;
    expect((await list(null, 10)).rows.map(({ record }) => record)).toEqual(
      first.rows.map(({ record }) => record),
    );
    expect(server.routes).toEqual(['/api/v1/orchestrator/jobs']);
    // Run again, it has a new version, and what was kept is void.
    server.jobs[0] = { ...server.jobs[0]!, version: 2, state: 'Running', executions: [] };
    const again = await list(null, 10);
    expect(again.rows.map(({ record }) => record.nativeRef.id)).toEqual(['e-1-1', 'e-1-0']);
  });

  it('leaves jobs out before it asks for their executions', async () => {
    const server = new FakeBacalhau();
    server.jobs = [
      ...jobsWith([1], { namespace: 'a', labels: { team: 'nlp' } }),
      ...jobsWith([1, 1], { namespace: 'b', state: 'Completed' }).slice(1),
    ];
    const filters: readonly [ListFilter, string[]][] = [
      [{ projects: ['a', 'c'] as NativeKey[] }, ['e-0-0']],
      [{ projects: ['b'] as NativeKey[] }, ['e-1-0']],
      [{ labels: [{ key: 'team', values: ['nlp'] }] }, ['e-0-0']],
      [{ labels: [{ key: 'not sayable' }] }, []],
      [{ states: ['RUNNING', 'QUEUED'] }, ['e-0-0']],
      [{ createdBefore: epochMs(T + 1) }, ['e-0-0']],
      [{ createdFrom: epochMs(T + 5) }, ['e-0-0']],
      [{ jobKinds: ['SERVICE'] }, []],
    ];
    for (const [filter, ids] of filters) {
      server.calls.length = 0;
      const page = await lister(server, 'DESC', filter)(null, 10);
      expect(page.rows.map(({ record }) => record.nativeRef.id)).toEqual(ids);
      expect(server.calls).toHaveLength(1 + ids.length);
    }
  });

  it('gives what it has when a later job cannot be read, and begins with that job next time', async () => {
    const server = new FakeBacalhau();
    server.jobs = jobsWith([1, 1, 1]);
    const send = server.send.bind(server);
    let broken = 'j-1';
    server.send = (request, ctx) =>
      request.path.path.endsWith(broken)
        ? Promise.resolve({ status: 503, headers: {}, body: 'Server Timeout!', receivedAt: epochMs(T) })
        : send(request, ctx);
    const list = lister(server, 'DESC');
    const first = await list(null, 10);
    expect([first.rows.map(({ record }) => record.nativeRef.id), first.hasMore]).toEqual([['e-2-0'], true]);
    await expect(list(first.endPosition, 10)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    broken = 'nothing';
    const rest = await list(first.endPosition, 10);
    expect(rest.rows.map(({ record }) => record.nativeRef.id)).toEqual(['e-1-0', 'e-0-0']);
  });

  it('reads the executions of a server that does not tell its version by asking once', async () => {
    const server = new FakeBacalhau();
    server.version = 'v1.5.2';
    server.tellsVersion = false;
    server.jobs = jobsWith([1, 1, 1]);
    for (const job of server.jobs)
      job.executions = job.executions!.map((row) => ({ ...row, ComputeState: { StateType: 7 } }));
    const list = lister(server, 'DESC');
    await list(null, 10);
    const page = await list(null, 10);
    expect(page.rows.map(({ record }) => record.status.state)).toEqual([
      'SUCCEEDED',
      'SUCCEEDED',
      'SUCCEEDED',
    ]);
    expect(server.routes.filter((route) => route === '/api/v1/agent/version')).toHaveLength(1);
  });

  it('claims nothing about ambiguous states when the version cannot be learned', async () => {
    const server = new FakeBacalhau();
    server.tellsVersion = false;
    server.failures.set('/api/v1/agent/version', { status: 403, body: 'no' });
    server.jobs = jobsWith([1, 1], { state: 'Completed' });
    const page = await lister(server, 'DESC')(null, 10);
    expect(page.rows.map(({ record }) => [record.status.state, record.status.raw.value])).toEqual([
      ['UNKNOWN', '9'],
      ['UNKNOWN', '9'],
    ]);
  });

  it('follows a server that is upgraded', async () => {
    const server = new FakeBacalhau();
    server.version = 'v1.5.2';
    server.jobs = jobsWith([1]);
    server.jobs[0]!.executions![0] = { ...server.jobs[0]!.executions![0], ComputeState: { StateType: 7 } };
    const list = lister(server, 'DESC');
    expect((await list(null, 1)).rows[0]!.record.status.state).toBe('SUCCEEDED');
    server.version = 'v1.9.3';
    expect((await list(null, 1)).rows[0]!.record.status.state).toBe('FINALIZING');
    expect(server.routes.every((route) => route === JOB_ROUTE || route === '/api/v1/orchestrator/jobs')).toBe(
      true,
    );
  });

  it.each([
    'x',
    '[]',
    '[[null,[],null,0]]',
    '[[null,[],null,0],["j",1]]',
    '[[null,[],null,0],["j","1","k"]]',
  ])('refuses the position %s', async (after) => {
    await expect(lister(new FakeBacalhau(), 'DESC')(after, 5)).rejects.toMatchObject({
      code: 'INVALID_CURSOR',
    });
  });
});
