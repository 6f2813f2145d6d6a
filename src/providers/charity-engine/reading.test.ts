import { buildSchema, isObjectType } from 'graphql';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { callContext, credentialOf, setUp, submitted } from '../../../test/support/fake-charity-engine.ts';
import type { NativeKey } from '../../model/ids.ts';
import { bytes } from '../../model/units.ts';
import { DEFAULT_ORDER } from '../provider.ts';
import { own } from '../../../test/support/own-credential.ts';

const T = 1_770_000_000_000;
const keys = (...texts: string[]): NativeKey[] => texts as NativeKey[];

describe('records', () => {
  it('of a job that was submitted here hold what was submitted', async () => {
    const { service, adapter, known } = setUp({ account: 'Lab 7' });
    const resources = { cpuMillis: 2000, memoryBytes: bytes(2 ** 31), diskBytes: null, gpuMillis: null };
    const spec = { app: 'docker:acme/sieve:1.4 https://x.example/i.tar', commandLine: 'python s.py', resources, timeoutMs: 7_200_000 }; // prettier-ignore
    known.add([submitted('a', T, { name: 'sieve', spec })]);
    service.run('a', 'running', {}, 'busy');
    const { found } = await adapter.get('job', keys('a'), callContext());
    expect(found.get('a' as NativeKey)).toMatchObject({
      key: 'a',
      name: 'sieve',
      createdAt: T,
      startedAt: null,
      endedAt: null,
      projectKey: 'Lab 7',
      status: { state: 'RUNNING', counts: { RUNNING: 1 }, raw: { value: 'running', detail: 'busy', field: 'states.default.status' } },
      tasks: [
        {
          key: 'a/0',
          jobKey: 'a',
          engine: 'docker',
          image: 'acme/sieve:1.4',
          command: ['python s.py'],
          resources,
          timeoutMs: 7_200_000,
          count: 1,
          executions: [{ key: 'a/default', taskKey: 'a/0', index: 0, attempt: 1, nodeKey: null, exitCode: null, status: { confidence: 'REPORTED' } }],
        },
      ],
    }); // prettier-ignore
    known.add([submitted('a', T, { spec: { ...spec, app: 'charityengine:wolframengine' } })]);
    const again = await adapter.get('task', keys('a/0'), callContext());
    expect(again.found.get('a/0' as NativeKey)).toMatchObject({ engine: 'charityengine:wolframengine', image: null }); // prettier-ignore
  });

  it('of a job asked for by its id alone begin when it was first seen, and stay so', async () => {
    const { service, adapter } = setUp();
    service.run('a', 'running');
    const first = service.now;
    const read = async () => (await adapter.get('job', keys('a'), callContext())).found.get('a' as NativeKey);
    expect(await read()).toMatchObject({ createdAt: first, name: 'a', revision: 1 });
    service.now += 90_000;
    service.run('a', 'completed');
    expect(await read()).toMatchObject({ createdAt: first, revision: 91, status: { state: 'SUCCEEDED' } });
  });

  it('have an execution for each part, and one that follows the job where there are none', async () => {
    const { service, adapter } = setUp();
    service.jobs.set('a', { states: { z: { status: 'completed' }, default: { status: 'running' }, b: { status: 'odd' } } }); // prettier-ignore
    service.jobs.set('b', { vmStatus: 'provisioning' });
    const { found } = await adapter.executionsOfTasks(keys('a/0', 'b/0'), callContext());
    const told = [...found.values()].map(({ records }) =>
      records.map(({ key, index, status }) => [key, index, status.state, status.confidence]),
    );
    expect(told).toEqual([
      [
        ['a/default', 0, 'RUNNING', 'REPORTED'],
        ['a/b', 1, 'UNKNOWN', 'REPORTED'],
        ['a/z', 2, 'SUCCEEDED', 'REPORTED'],
      ],
      [['b/default', 0, 'QUEUED', 'INFERRED']],
    ]);
  });

  it('never fill the fields that are said to be empty, and these exist', async () => {
    const { adapter } = setUp();
    const schema = buildSchema(readFileSync(new URL('../../../schema/schema.graphql', import.meta.url), 'utf8')); // prettier-ignore
    for (const coordinate of adapter.capabilities.neverFilled) {
      const [typeName = '', field = ''] = coordinate.split('.');
      const type = schema.getType(typeName);
      expect(isObjectType(type) && Object.keys(type.getFields()).includes(field), coordinate).toBe(true);
    }
  });
});

describe('lookups', () => {
  it('ask for many in one call, match by key, and name what is missing', async () => {
    const { service, adapter } = setUp();
    service.run('a', 'running');
    service.run('b', 'completed');
    const asked = keys('b/default', 'a/default', 'a/other', 'c/default', 'b/default', 'a', 'a/0', '../x', 'a,b/default'); // prettier-ignore
    const { found, missing } = await adapter.get('execution', asked, callContext());
    expect([...found.keys()]).toEqual(['b/default', 'a/default']);
    expect([...missing].map(([key, error]) => [key, error.code])).toEqual(
      ['a/other', 'c/default', 'a', 'a/0', '../x', 'a,b/default'].map((key) => [key, 'NOT_FOUND']),
    );
    expect(service.calls.map(({ ids }) => ids)).toEqual([['b', 'a', 'c', '..'].filter((id) => id !== '..')]);
  });

  it('do not bring back a job that ended and that the service has forgotten', async () => {
    const { service, adapter, known } = setUp();
    known.add([submitted('a', service.now)]);
    const read = async () => (await adapter.get('job', keys('a'), callContext())).found.get('a' as NativeKey);
    expect((await read())?.status).toMatchObject({ state: 'QUEUED', reason: 'PROVIDER_SYNC' });
    service.run('a', 'completed');
    expect((await read())?.status.state).toBe('SUCCEEDED');
    service.jobs.delete('a');
    for (let i = 0; i < 3; i += 1) expect(await read()).toBeUndefined();
    service.run('a', 'completed');
    expect((await read())?.status.state).toBe('SUCCEEDED');
  });

  it('do not lose a job for a service that fails the call while it does not know it yet', async () => {
    const { service, adapter, known } = setUp();
    known.add([submitted('a', service.now), submitted('b', service.now)]);
    service.run('b', 'running');
    service.scripted = (ids) =>
      ids.includes('a')
        ? { body: { success: false, error: 'no such job' } }
        : { body: { success: true, jobs: { b: service.jobs.get('b') } } };
    for (let i = 0; i < 4; i += 1) {
      const { found } = await adapter.get('job', keys('a', 'b'), callContext());
      expect([...found.values()].map(({ status }) => status.state)).toEqual(['QUEUED', 'RUNNING']);
      service.now += 8_000;
    }
    // Nobody else may know of it.
    const other = callContext(10, { credentials: own(credentialOf('other')) });
    expect((await adapter.get('job', keys('a'), other)).missing.size).toBe(1);
  });

  it('give no job for keys that are no ids, and call nobody for them', async () => {
    const { service, adapter } = setUp();
    const hostile = keys(
      '',
      '.',
      '..',
      '/',
      'a/b',
      'a,b',
      'a b',
      '\0',
      '\ud800',
      'x'.repeat(300),
      'a\nb',
      'a\\b',
    );
    const { found, missing } = await adapter.get('job', hostile, callContext());
    expect([found.size, missing.size, service.calls.length]).toEqual([0, hostile.length, 0]);
    await adapter.get('job', [], callContext());
    expect(service.calls).toEqual([]);
  });

  it('divide more keys than fit into a call', async () => {
    const { service, adapter } = setUp({ idsPerStatus: 10 });
    const ids = Array.from({ length: 25 }, (_, i) => `j${String(i)}`);
    for (const id of ids) service.run(id, 'running');
    const { found } = await adapter.get('job', keys(...ids), callContext());
    expect([found.size, service.calls.length]).toEqual([25, 3]);
    expect(adapter.capabilities.batch).toMatchObject({ job: 10, task: 10, execution: 10 });
  });

  it('say of every key why it could not be read', async () => {
    const { service, adapter } = setUp({ idsPerStatus: 1 });
    service.scripted = (ids) => (ids[0] === 'a' ? { body: { success: true } } : { status: 429, body: '' });
    const { missing } = await adapter.get('job', keys('a', 'b', 'c'), callContext());
    expect([...missing.values()].map(({ code }) => code)).toEqual(['NOT_FOUND', 'RATE_LIMITED', 'RATE_LIMITED']); // prettier-ignore
    expect(service.calls).toHaveLength(2);
  });

  it('keep the state of a job that is left out for once, and forget one that had ended', async () => {
    const { service, adapter } = setUp();
    service.run('a', 'running');
    service.run('b', 'completed');
    await adapter.get('job', keys('a', 'b'), callContext());
    const seenAt = service.now;
    service.jobs.clear();
    service.now += 60_000;
    const { found, missing } = await adapter.get('job', keys('a', 'b'), callContext());
    expect(found.get('a' as NativeKey)).toMatchObject({ status: { state: 'RUNNING' }, observedAt: seenAt });
    expect(missing.get('b' as NativeKey)).toMatchObject({ code: 'NOT_FOUND' });
    // What one caller has seen is nothing to another.
    const stranger = callContext(10, { credentials: own(credentialOf('stranger')) });
    expect((await adapter.get('job', keys('a'), stranger)).found.size).toBe(0);
  });

  it('find children by job and by task', async () => {
    const { service, adapter } = setUp();
    service.run('a', 'running');
    const asked = keys('a', 'x', 'a/0');
    const tasks = await adapter.tasksOfJobs(asked, callContext());
    expect([...tasks.found].map(([key, { records }]) => [key, records.map((task) => task.key)])).toEqual([['a', ['a/0']]]); // prettier-ignore
    expect([...tasks.missing.keys()]).toEqual(['x', 'a/0']);
    const executions = await adapter.executionsOfJobs(asked, callContext());
    expect([...executions.found.keys()]).toEqual(['a']);
    const ofTasks = await adapter.executionsOfTasks(asked, callContext());
    expect([...ofTasks.found.keys()]).toEqual(['a/0']);
  });
});

describe('what there is not', () => {
  it('are nodes: asking for them is refused without a call', async () => {
    const { service, adapter } = setUp();
    expect(adapter.capabilities.kinds).not.toContain('computeNode');
    const query = { after: null, limit: 5, filter: {}, order: DEFAULT_ORDER.computeNode };
    const refusal = { code: 'UNSUPPORTED_OPERATION' };
    await expect(adapter.list('computeNode', query, callContext())).rejects.toMatchObject(refusal);
    await expect(adapter.get('computeNode', keys('x'), callContext())).rejects.toMatchObject(refusal);
    expect(service.calls).toEqual([]);
  });
});

describe('the project', () => {
  it('is the account, under the name the operator gave it', async () => {
    const { service, adapter } = setUp({ account: 'Lab 7' });
    const query = { after: null, limit: 5, filter: {}, order: DEFAULT_ORDER.project };
    const page = await adapter.list('project', query, callContext());
    expect(page).toMatchObject({
      rows: [{ record: { key: 'Lab 7', name: 'Lab 7', origin: 'DEFAULT', nativeRef: { type: 'account', id: 'Lab 7' } } }],
      hasMore: false,
    }); // prettier-ignore
    for (const direction of ['ASC', 'DESC'] as const) {
      const after = { ...query, after: page.endPosition, order: { field: 'NAME', direction } } as const;
      expect((await adapter.list('project', after, callContext())).rows).toEqual([]);
    }
    const { found, missing } = await adapter.get('project', keys('Lab 7', 'x'), callContext());
    expect([[...found.keys()], [...missing.keys()]]).toEqual([['Lab 7'], ['x']]);
    expect(service.calls).toEqual([]);
  });
});

describe('importing', () => {
  it('takes up what the service confirms, once, and keeps what was shown of it', async () => {
    const { service, adapter, known } = setUp();
    service.run('a', 'running');
    await adapter.get('job', keys('a'), callContext());
    service.now += 60_000;
    const { found, missing } = await adapter.importJobs!(
      [{ id: 'a' }, { id: 'b' }, { id: '../c' }],
      callContext(),
    );
    expect([[...found.keys()], [...missing.keys()]]).toEqual([['a'], ['b', '../c']]);
    await adapter.importJobs!([{ id: 'a' }], callContext());
    expect(known.list().map(({ id, knownAt, source }) => [id, knownAt, source])).toEqual([
      ['a', service.now - 60_000, 'IMPORTED'],
    ]);
    const query = { after: null, limit: 5, filter: {}, order: DEFAULT_ORDER.job };
    expect((await adapter.list('job', query, callContext())).rows).toHaveLength(1);
    expect(adapter.capabilities.imports).toBe(true);
  });

  it('does not make less of a job that was submitted here', async () => {
    const { service, adapter, known } = setUp();
    known.add([submitted('a', T, { name: 'sieve' })]);
    service.run('a', 'running');
    await adapter.importJobs!([{ id: 'a' }], callContext());
    expect(known.get('a')).toMatchObject({ source: 'SUBMITTED', name: 'sieve', knownAt: T });
  });

  it('forgets the oldest when there are too many, and says so', async () => {
    const { service, adapter, known } = setUp({ maxKnownJobs: 2, jobIds: ['a', 'b'] });
    for (const id of 'abc') service.run(id, 'running');
    await adapter.importJobs!([{ id: 'c' }], callContext());
    expect(known.list().map(({ id }) => id)).toEqual(['b', 'c']);
    const query = { after: null, limit: 5, filter: {}, order: DEFAULT_ORDER.job };
    const { notes } = await adapter.list('job', query, callContext());
    expect(notes.at(-1)).toContain('1 older jobs were forgotten');
  });
});
