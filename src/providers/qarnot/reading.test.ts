import { describe, expect, it } from 'vitest';
import { adapterOf, callContext, QarnotService, T0, uuid } from '../../../test/support/qarnot-service.ts';
import type { NativeKey, RecordKind } from '../../model/ids.ts';
import { epochMs } from '../../model/time.ts';
import { DEFAULT_ORDER, type FilterName, type ListFilter, type ListPage } from '../provider.ts';

const PROJECT = uuid(7);
const key = (text: string): NativeKey => text as NativeKey;

function service(): QarnotService {
  const model = new QarnotService();
  model.account = {
    maxTask: 100,
    taskCount: 4,
    computingQuotas: { user: { flex: { maxCores: 512, runningCoreCount: 80 } } },
    projects: [
      { uuid: PROJECT, name: 'Main', slug: 'default', organizationUuid: uuid(8) },
      { uuid: uuid(9), name: 'Film', slug: 'film', description: 'Shots' },
    ],
  };
  model.put('jobs', uuid(1), T0, { name: 'shots' });
  model.put('tasks', uuid(11), T0 + 1000, {
    name: 'shot.1',
    jobUuid: uuid(1),
    projectUuid: uuid(9),
    instanceCount: 2,
  });
  model.put('tasks', uuid(12), T0 + 2000, {
    name: 'shotX1',
    jobUuid: uuid(1),
    projectUuid: uuid(9),
    state: 'Failure',
  });
  model.put('tasks', uuid(13), T0 + 3000, {
    name: 'Shot.bare',
    projectUuid: PROJECT,
    state: 'FullyExecuting',
  });
  model.put('tasks', uuid(14), T0 + 4500, { name: 'other', projectUuid: null, state: 'Submitted' });
  return model;
}

function list<K extends RecordKind>(
  model: QarnotService,
  kind: K,
  filter: ListFilter = {},
): Promise<ListPage<K>> {
  const query = { after: null, limit: 50, filter, order: DEFAULT_ORDER[kind] };
  return adapterOf(model).list(kind, query, callContext());
}

describe('lists', () => {
  it('merge jobs and bare tasks, with tasks and executions inside', async () => {
    const page = await list(service(), 'job');
    expect(
      page.rows.map(({ record }) => [record.key, record.origin, record.status.state, record.projectKey]),
    ).toEqual([
      [`t:${uuid(14)}`, 'IMPLICIT', 'QUEUED', PROJECT],
      [`t:${uuid(13)}`, 'IMPLICIT', 'RUNNING', PROJECT],
      [`j:${uuid(1)}`, 'NATIVE', 'FAILED', uuid(9)],
    ]);
    expect(page.rows[2]?.record.tasks?.map((task) => task.executions?.length)).toEqual([2, 0]);
    expect(page).toMatchObject({ hasMore: false, pushedDown: [], notes: [] });
  });

  it.each<[ListFilter, FilterName[], string[]]>([
    [{ states: ['FAILED', 'QUEUED'] }, ['states'], [uuid(14), uuid(12)]],
    [{ states: ['SKIPPED'] }, ['states'], []],
    [{ states: ['UNKNOWN'] }, [], [uuid(14), uuid(13), uuid(12), uuid(11)]],
    // The model matches names whatever their case; what comes back is tested again.
    [{ namePrefix: 'shot.' }, ['namePrefix'], [uuid(11)]],
    [{ namePrefix: '(shot' }, [], [uuid(14), uuid(13), uuid(12), uuid(11)]],
    [
      { createdFrom: epochMs(T0 + 1500), createdBefore: epochMs(T0 + 3500) },
      ['createdFrom', 'createdBefore'],
      [uuid(13), uuid(12)],
    ],
    [
      { createdFrom: epochMs(T0 + 3000), createdBefore: epochMs(T0 + 3000) },
      ['createdFrom', 'createdBefore'],
      [],
    ],
    [
      { createdBefore: epochMs(Number.MAX_SAFE_INTEGER) },
      ['createdBefore'],
      [uuid(14), uuid(13), uuid(12), uuid(11)],
    ],
    [{ projects: [key(uuid(9))] }, ['projects'], [uuid(12), uuid(11)]],
    // Tasks that name no project are the default project's: the service cannot be asked for them.
    [{ projects: [key(PROJECT)] }, [], [uuid(14), uuid(13), uuid(12), uuid(11)]],
    [{ reasons: ['CAPACITY'], labels: [{ key: 'a' }] }, [], [uuid(14), uuid(13), uuid(12), uuid(11)]],
  ])('of tasks push %j down as %j', async (filter, pushedDown, keys) => {
    const page = await list(service(), 'task', filter);
    expect(page.rows.map((row) => row.record.key)).toEqual(keys);
    expect([...page.pushedDown].sort()).toEqual([...pushedDown].sort());
  });

  it('of jobs know origins and kinds without asking for the rest', async () => {
    const model = service();
    const native = await list(model, 'job', { origins: ['NATIVE'] });
    expect(native.rows.map((row) => [row.record.key, row.record.status.state])).toEqual([
      [`j:${uuid(1)}`, 'FAILED'],
    ]);
    expect(native.pushedDown).toEqual(['origins']);
    const implicit = await list(model, 'job', { origins: ['IMPLICIT'], createdBefore: epochMs(T0 + 3001) });
    expect(implicit.rows.map((row) => row.record.key)).toEqual([`t:${uuid(13)}`]);
    model.calls.length = 0;
    expect(await list(model, 'job', { jobKinds: ['DAEMON'] })).toMatchObject({
      rows: [],
      pushedDown: ['jobKinds'],
    });
    expect(await list(model, 'job', { origins: ['DEFAULT'] })).toMatchObject({
      rows: [],
      pushedDown: ['origins'],
    });
    expect(model.calls).toEqual([]);
  });

  it('of jobs filtered by time still derive from all tasks', async () => {
    const page = await list(service(), 'job', { createdBefore: epochMs(T0 + 1500) });
    expect(page.rows.map((row) => [row.record.key, row.record.status.counts])).toEqual([
      [`j:${uuid(1)}`, { SUCCEEDED: 1, FAILED: 1 }],
    ]);
  });

  it('bound and count the executions of a very large task', async () => {
    const model = service();
    model.put('tasks', uuid(15), T0 + 9000, {
      instanceCount: 5000,
      state: 'Submitted',
      projectUuid: PROJECT,
    });
    const page = await list(model, 'execution');
    expect(page.rows).toHaveLength(50);
    expect(page.hasMore).toBe(true);
    expect(page.notes[0]).toContain('4000');
    const children = await adapterOf(model).executionsOfTasks([key(uuid(15))], callContext());
    expect(children.found.get(key(uuid(15)))).toMatchObject({
      dropped: { count: 4000 },
      records: { length: 1000 },
    });
  });

  it('drop and count what cannot be read', async () => {
    const model = service();
    model.put('tasks', uuid(16), T0 + 9000, { uuid: 'not-a-guid' });
    expect(await list(model, 'task')).toMatchObject({
      rows: { length: 4 },
      dropped: { count: 1, reasons: ['uuid is not a GUID'] },
    });
  });

  it('read rows in PascalCase', async () => {
    const model = service();
    const row = {
      Uuid: uuid(21),
      Name: 'loud',
      State: 'Success',
      CreationDate: '2026-03-02T09:00:00Z',
      ProjectUuid: uuid(9),
    };
    model.scripted.set('POST /tasks/paginate', {
      body: { Data: [row], IsTruncated: false, NextToken: null },
    });
    expect((await list(model, 'task')).rows[0]?.record).toMatchObject({
      key: uuid(21),
      name: 'loud',
      status: { state: 'SUCCEEDED' },
    });
  });

  it('stand when the account cannot be read, with the project left open', async () => {
    const model = service();
    model.scripted.set('GET /info', { status: 403, body: '{"message":"no"}' });
    const page = await list(model, 'task');
    expect(page.rows.map((row) => row.record.projectKey)).toEqual([null, PROJECT, uuid(9), uuid(9)]);
  });

  it('use the one project of an account that has none', async () => {
    const model = service();
    model.account = { maxTask: 100 };
    expect((await list(model, 'task')).rows[0]?.record.projectKey).toBe('default');
    expect((await list(model, 'project')).rows.map((row) => row.record)).toMatchObject([
      { key: 'default', origin: 'DEFAULT' },
    ]);
  });

  it('show projects with the account’s quota on the default one', async () => {
    const page = await list(service(), 'project');
    expect(page.rows.map((row) => row.record)).toMatchObject([
      { key: uuid(9), name: 'Film', origin: 'NATIVE', description: 'Shots', quota: [] },
      {
        key: PROJECT,
        name: 'Main',
        quota: [
          { name: 'account.tasks', limit: 100, used: 4 },
          { name: 'user.flex.cores', limit: 512, used: 80 },
        ],
      },
    ]);
  });

  it('can be ordered in one way only', async () => {
    const query = { after: null, limit: 5, filter: {}, order: { field: 'NAME', direction: 'ASC' } } as const;
    const list = adapterOf(service()).list('job', query, callContext());
    await expect(list).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('lookups', () => {
  it('match by key, and name what is missing', async () => {
    const model = service();
    const adapter = adapterOf(model);
    const asked = [
      `j:${uuid(1)}`,
      `t:${uuid(13)}`,
      `t:${uuid(11)}`,
      `j:${uuid(99)}`,
      'j:shots',
      'shots',
      `x:${uuid(1)}`,
    ];
    const { found, missing } = await adapter.get('job', asked.map(key), callContext());
    expect([...found].map(([k, job]) => [k, job.key, job.status.state])).toEqual([
      [`j:${uuid(1)}`, `j:${uuid(1)}`, 'FAILED'],
      [`t:${uuid(13)}`, `t:${uuid(13)}`, 'RUNNING'],
    ]);
    expect([...missing.keys()]).toEqual(asked.slice(2));
    expect([...missing.values()].every((error) => error.code === 'NOT_FOUND')).toBe(true);
    expect(model.calls).toHaveLength(3);
  });

  it('take fifty keys to a call', async () => {
    const model = service();
    for (let n = 100; n < 190; n++) model.put('tasks', uuid(n), T0, { projectUuid: PROJECT });
    const keys = Array.from({ length: 90 }, (_, n) => key(uuid(100 + n)));
    const { found } = await adapterOf(model).get('task', [...keys, ...keys], callContext());
    expect(found.size).toBe(90);
    expect(model.calls).toHaveLength(2);
  });

  it('do not take an answer for another question', async () => {
    const model = service();
    // A service that resolved a shortname would answer with another uuid.
    model.scripted.set('POST /tasks/search', {
      body: [{ uuid: uuid(13), creationDate: '2026-03-02T09:00:00Z' }],
    });
    const { found, missing } = await adapterOf(model).get('task', [key(uuid(77))], callContext());
    expect([found.size, missing.size]).toEqual([0, 1]);
  });

  it('find executions by task, instance and attempt', async () => {
    const asked = [
      `${uuid(11)}/1/1`,
      `${uuid(11)}/2/1`,
      `${uuid(11)}/1/2`,
      `${uuid(11)}/01/1`,
      `${uuid(11)}/1`,
      'x',
    ];
    const { found, missing } = await adapterOf(service()).get('execution', asked.map(key), callContext());
    expect(
      [...found.values()].map((execution) => [execution.key, execution.jobKey, execution.index]),
    ).toEqual([[asked[0], `j:${uuid(1)}`, 1]]);
    expect(missing.size).toBe(5);
  });

  it('find children of many parents at once', async () => {
    const model = service();
    model.put('jobs', uuid(2), T0, {});
    const adapter = adapterOf(model);
    const asked = [`j:${uuid(1)}`, `j:${uuid(2)}`, `j:${uuid(3)}`, `t:${uuid(13)}`, `t:${uuid(11)}`].map(key);
    const tasks = await adapter.tasksOfJobs(asked, callContext());
    expect([...tasks.found].map(([k, children]) => [k, children.records.map((task) => task.key)])).toEqual([
      [asked[0], [uuid(11), uuid(12)]],
      [asked[1], []],
      [asked[3], [uuid(13)]],
    ]);
    expect([...tasks.missing.keys()]).toEqual([asked[2], asked[4]]);
    const executions = await adapter.executionsOfJobs(asked, callContext());
    expect([...executions.found.values()].map((children) => children.records.length)).toEqual([2, 0, 0]);
  });
});

describe('failures', () => {
  it.each([
    [
      401,
      '{"error":{"message":"Bad authentication token","code":401},"data":{}}',
      'UNAUTHENTICATED',
      'Bad authentication token',
    ],
    [402, '{"message":"Not enough credits"}', 'PROVIDER_REFUSED', 'Not enough credits'],
    [403, '{"message":"Forbidden here"}', 'FORBIDDEN', 'Forbidden here'],
    [
      400,
      '{"title":"Invalid","errors":{"filter":["unknown field"]}}',
      'PROVIDER_REFUSED',
      'filter: unknown field',
    ],
    [404, '', 'PROVIDER_PROTOCOL', 'pathPrefix'],
    [429, '', 'RATE_LIMITED', ''],
    [503, 'sorry', 'PROVIDER_UNAVAILABLE', 'sorry'],
  ])('of status %i keep the provider’s words', async (status, body, code, message) => {
    const model = service();
    for (const path of ['/tasks/paginate', '/jobs/paginate'])
      model.scripted.set(`POST ${path}`, { status, body });
    await expect(list(model, 'job')).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
    });
  });

  it.each([null, [], 'text', {}, { data: null }, { data: {} }])('include an answer like %j', async (body) => {
    const model = service();
    model.scripted.set('POST /tasks/paginate', { body });
    await expect(list(model, 'task')).rejects.toMatchObject({ code: 'PROVIDER_PROTOCOL' });
  });

  it('put the prefix before every path', async () => {
    const model = service();
    await expect(adapterOf(model, { pathPrefix: '/v1' }).changes(null, callContext())).rejects.toThrow(
      '/v1/',
    );
    expect(new Set(model.calls.map((call) => call.path.slice(0, 4)))).toEqual(new Set(['/v1/']));
  });
});
