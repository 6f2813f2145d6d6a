import { describe, expect, it } from 'vitest';
import {
  callContext,
  executionRow,
  FakeBacalhau,
  fixedClock,
  nanos,
} from '../../../test/support/fake-bacalhau.ts';
import type { NativeKey, RecordKind } from '../../model/ids.ts';
import { bacalhau } from './index.ts';

const T = 1_770_000_000_000;

function setUp() {
  const server = new FakeBacalhau();
  server.jobs = [
    { id: 'j-1', created: nanos(T), name: 'train', executions: [executionRow('e-1', 'j-1', nanos(T))] },
    {
      id: 'j-2',
      created: nanos(T + 1),
      version: 2,
      executions: [
        executionRow('e-2', 'j-2', nanos(T + 1)),
        executionRow('e-3', 'j-2', nanos(T + 2), { JobVersion: 2 }),
      ],
    },
    { id: 'j-23', created: nanos(T + 2) },
    // On 1.8 and later a job may be named like another's id, and the name wins.
    { id: 'j-4', created: nanos(T + 3) },
    { id: 'j-5', created: nanos(T + 4), name: 'j-4' },
  ];
  server.nodes = ['n-1', 'n-10'].map((NodeID) => ({
    Info: { NodeID },
    Membership: 'APPROVED',
    Connection: 'CONNECTED',
  }));
  const adapter = bacalhau.create({
    provider: server.provider,
    upstream: server,
    settings: { namespaces: [] },
    clock: fixedClock,
  });
  const get = async (kind: RecordKind, ...keys: string[]) => {
    const { found, missing } = await adapter.get(kind, keys as NativeKey[], callContext());
    expect([...found.keys(), ...missing.keys()].toSorted()).toEqual([...new Set(keys)].toSorted());
    for (const [key, record] of found) expect(record.key).toBe(key);
    return { found: [...found.keys()], missing: [...missing].map(([key, error]) => [key, error.code]) };
  };
  return { server, adapter, get };
}

describe('get("job")', () => {
  it('finds by full id only: names, prefixes and strangers are missing', async () => {
    const { get, server } = setUp();
    expect(await get('job', 'j-1', 'train', 'j-', 'j-9')).toEqual({
      found: ['j-1'],
      missing: [
        ['train', 'NOT_FOUND'],
        ['j-', 'NOT_FOUND'],
        ['j-9', 'NOT_FOUND'],
      ],
    });
    expect(await get('job', 'j-4')).toEqual({ found: [], missing: [['j-4', 'NOT_FOUND']] });
    expect(server.calls.every(({ path }) => path.route === '/api/v1/orchestrator/jobs/{}')).toBe(true);
  });

  it('makes no call for what cannot be an id', async () => {
    const { get, server } = setUp();
    const { found, missing } = await get('job', '', '.', '..', 'a\u0000', '\ud800', 'x'.repeat(300));
    expect([found, missing.map(([, code]) => code)]).toEqual([
      [],
      Array.from({ length: 6 }, () => 'NOT_FOUND'),
    ]);
    expect(server.calls).toHaveLength(0);
  });

  it('finds many in one list of the newest, and asks for the others', async () => {
    const { get, server } = setUp();
    expect((await get('job', 'j-1', 'j-2', 'j-23', 'j-5', 'j-0', 'j-2')).missing).toEqual([
      ['j-0', 'NOT_FOUND'],
    ]);
    expect(server.routes).toEqual(['/api/v1/orchestrator/jobs', '/api/v1/orchestrator/jobs/{}']);
    server.calls.length = 0;
    server.failures.set('/api/v1/orchestrator/jobs', { status: 503, body: 'Server Timeout!' });
    expect((await get('job', 'j-1', 'j-2', 'j-23', 'j-5', 'j-0')).found).toHaveLength(4);
    expect(server.calls).toHaveLength(6);
  });

  it('encodes what it puts into a path', async () => {
    const { get, server } = setUp();
    await get('job', 'a/..b?c=d#e');
    expect(server.calls[0]!.path.path).toBe('/api/v1/orchestrator/jobs/a%2F..b%3Fc=d%23e');
  });

  it('says why each cannot be had', async () => {
    const { get, server } = setUp();
    server.failures.set('/api/v1/orchestrator/jobs/{}', { status: 401, body: '' });
    expect(await get('job', 'j-1', 'j-2')).toEqual({
      found: [],
      missing: [
        ['j-1', 'UNAUTHENTICATED'],
        ['j-2', 'UNAUTHENTICATED'],
      ],
    });
  });

  it('reports a job that cannot be read', async () => {
    const { get, server } = setUp();
    server.failures.set('/api/v1/orchestrator/jobs/{}', {
      status: 200,
      body: { Job: { ID: 'j-1' } } as never,
    });
    expect((await get('job', 'j-1')).missing).toEqual([['j-1', 'PROVIDER_PROTOCOL']]);
  });
});

describe('get of the other kinds', () => {
  it('finds tasks through their job', async () => {
    const { get } = setUp();
    expect(await get('task', 'j-1/0', 'j-1/1', 'j-1', '/0', 'j-9/0')).toEqual({
      found: ['j-1/0'],
      missing: [
        ['j-1/1', 'NOT_FOUND'],
        ['j-1', 'NOT_FOUND'],
        ['/0', 'NOT_FOUND'],
        ['j-9/0', 'NOT_FOUND'],
      ],
    });
  });

  it('finds executions through their job, older versions by a second call', async () => {
    const { get, server } = setUp();
    expect((await get('execution', 'j-1/e-1', 'j-1/e-9', 'e-1')).found).toEqual(['j-1/e-1']);
    expect(server.calls).toHaveLength(1);
    server.calls.length = 0;
    expect((await get('execution', 'j-2/e-3')).found).toEqual(['j-2/e-3']);
    expect(server.calls).toHaveLength(1);
    expect((await get('execution', 'j-2/e-2', 'j-2/e-3')).found).toEqual(['j-2/e-2', 'j-2/e-3']);
    expect(server.routes.at(-1)).toBe('/api/v1/orchestrator/jobs/{}/executions');
    expect(server.calls.at(-1)!.query).toEqual({ all_job_versions: true });
  });

  it('finds nodes exactly, in one call for all', async () => {
    const { get, server } = setUp();
    expect(await get('computeNode', 'n-1', 'n-10', 'n-')).toEqual({
      found: ['n-1', 'n-10'],
      missing: [['n-', 'NOT_FOUND']],
    });
    expect(server.calls).toHaveLength(1);
  });

  it('knows every namespace without a call', async () => {
    const { get, server } = setUp();
    expect(await get('project', 'default', 'brand new', '*', '')).toEqual({
      found: ['default', 'brand new'],
      missing: [
        ['*', 'NOT_FOUND'],
        ['', 'NOT_FOUND'],
      ],
    });
    expect(server.calls).toHaveLength(0);
  });
});

describe('children', () => {
  it('of many jobs are matched by key', async () => {
    const { adapter } = setUp();
    const keys = ['j-2', 'j-1', 'train'] as NativeKey[];
    const tasks = await adapter.tasksOfJobs(keys, callContext());
    expect([...tasks.found].map(([key, { records }]) => [key, records.map((record) => record.key)])).toEqual([
      ['j-2', ['j-2/0']],
      ['j-1', ['j-1/0']],
    ]);
    expect([...tasks.missing.keys()]).toEqual(['train']);
    const executions = await adapter.executionsOfJobs(keys, callContext());
    expect(
      [...executions.found].map(([key, { records }]) => [key, records.map((record) => record.key)]),
    ).toEqual([
      ['j-2', ['j-2/e-3']],
      ['j-1', ['j-1/e-1']],
    ]);
    expect(executions.missing.get('train' as NativeKey)?.code).toBe('NOT_FOUND');
    const ofTasks = await adapter.executionsOfTasks(['j-1/0', 'j-1/1'] as NativeKey[], callContext());
    expect([...ofTasks.found.keys(), ...ofTasks.missing.keys()]).toEqual(['j-1/0', 'j-1/1']);
  });
});
