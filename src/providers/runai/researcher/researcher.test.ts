import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adapterOf,
  callContext,
  refusal,
  RunaiService,
  T0,
  uuid,
} from '../../../../test/support/runai-service.ts';
import { GridweaveError } from '../../../model/errors.ts';
import type { NativeKey } from '../../../model/ids.ts';
import type { UpstreamRequest, UpstreamResponse } from '../../../upstream/types.ts';
import type { ListPage, ProviderAdapter } from '../../provider.ts';

const byCreation = { field: 'CREATED_AT', direction: 'DESC' } as const;
const byName = { field: 'NAME', direction: 'ASC' } as const;
const newest = { after: null, limit: 50, filter: {}, order: byCreation } as const;

function job(n: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: uuid(n),
    project: 'vision',
    name: `seg-${String(n)}`,
    status: 'Running',
    type: 'Train',
    nodes: ['dgx-03'],
    createdAt: T0 + n * 1000,
    images: 'acme/seg:4',
    user: 'rina',
    currentAllocatedGPUs: 2,
    ...more,
  };
}

/** A Researcher service that knows some paths, below a prefix. */
class ResearcherService extends RunaiService {
  readonly answers = new Map<string, unknown>();
  readonly headers: (UpstreamRequest['headers'] | null)[] = [];

  override async send(
    request: UpstreamRequest,
    ctx: Parameters<RunaiService['send']>[1],
  ): Promise<UpstreamResponse> {
    this.headers.push(request.headers ?? null);
    const query = request.query === undefined ? '' : `?${new URLSearchParams(request.query as Record<string, string>).toString()}`; // prettier-ignore
    const where = request.path.path + query;
    this.scripted.set(request.path.path, this.answers.has(where) ? { body: this.answers.get(where) } : refusal(404, 'no such path')); // prettier-ignore
    const answer = await super.send(request, ctx);
    this.calls.splice(-1, 1, `GET ${decodeURIComponent(where)}`);
    return answer;
  }
}

function service(
  jobs: readonly unknown[] = [job(1), job(2)],
  where = '/researcher/api/v1/jobs',
): ResearcherService {
  const model = new ResearcherService();
  model.answers.set(where, { data: jobs });
  model.answers.set('/researcher/api/v1/projects', { data: [{ name: 'vision', deservedGpus: 8, departmentName: 'research' }, { name: 'speech' }, {}] }); // prettier-ignore
  return model;
}

const of = (model: ResearcherService, settings: Record<string, unknown> = {}): ProviderAdapter =>
  adapterOf(model, { mode: 'researcher', ...settings });

describe('statuses of the Researcher service', () => {
  it.each([
    ['Pending', 'QUEUED', 'CAPACITY'],
    ['Unschedulable', 'QUEUED', 'CAPACITY'],
    ['ContainerCreating', 'PREPARING', null],
    ['Init:0/1', 'PREPARING', null],
    ['PodInitializing', 'PREPARING', null],
    ['Running', 'RUNNING', null],
    ['Terminating', 'QUEUED', 'PREEMPTED'],
    ['Error', 'QUEUED', 'BACKOFF'],
    ['CrashLoopBackOff', 'PREPARING', 'BACKOFF'],
    ['Init:CrashLoopBackOff', 'PREPARING', 'BACKOFF'],
    ['Init:Error', 'PREPARING', 'BACKOFF'],
    ['Init:ExitCode:1', 'PREPARING', 'BACKOFF'],
    ['Init:ImagePullBackOff', 'PREPARING', 'IMAGE_UNAVAILABLE'],
    ['ErrImagePull', 'PREPARING', 'IMAGE_UNAVAILABLE'],
    ['ImagePullBackOff', 'PREPARING', 'IMAGE_UNAVAILABLE'],
    ['OOMKilled', 'QUEUED', 'OUT_OF_MEMORY'],
    ['Succeeded', 'SUCCEEDED', null],
    ['Completed', 'SUCCEEDED', null],
    ['Failed', 'FAILED', null],
    ['Fail', 'FAILED', null],
    ['ContainerCannotRun', 'FAILED', 'INVALID_SPEC'],
    ['TimedOut', 'CANCELLED', 'TIME_LIMIT'],
    ['Preempted', 'CANCELLED', 'PREEMPTED'],
    ['Deleted', 'CANCELLED', 'DELETED_UPSTREAM'],
    ['Unknown', 'UNKNOWN', null],
    ['Dreaming', 'UNKNOWN', null],
    ['constructor', 'UNKNOWN', null],
  ])('%s is %s (%s)', async (status, state, reason) => {
    const page = await of(service([job(1, { status })])).list('job', newest, callContext());
    const record = page.rows[0]?.record;
    expect(record?.status).toMatchObject({ state, reason, raw: { value: status, field: 'status' } });
    expect(record?.tasks?.[0]?.executions?.[0]?.status.state).toBe(state);
  });
});

describe('a job of the Researcher service', () => {
  it('is one call for everything: jobs, tasks, executions, nodes', async () => {
    const model = service([job(1, { nodes: ['dgx-01', 'dgx-02', ''] }), job(2, { nodes: 'dgx-02' }), job(3, { nodes: null, status: 'Pending', type: 'Interactive' })]); // prettier-ignore
    const adapter = of(model);
    const page = await adapter.list('job', newest, callContext());
    expect(model.calls).toEqual(['GET /researcher/api/v1/jobs']);
    expect(page.rows.map(({ record }) => [record.key, record.jobKind, record.tasks?.[0]?.count])).toEqual([
      [uuid(3), 'INTERACTIVE', 1],
      [uuid(2), 'BATCH', 1],
      [uuid(1), 'BATCH', 2],
    ]);
    expect(page.rows[2]?.record).toMatchObject({
      name: 'seg-1',
      projectKey: 'vision',
      createdAt: T0 + 1000,
      labels: [
        { key: 'type', value: 'Train' },
        { key: 'submittedBy', value: 'rina' },
      ],
      tasks: [
        {
          key: `${uuid(1)}/0`,
          image: 'acme/seg:4',
          executions: [
            { key: `${uuid(1)}/0/0`, nodeKey: 'dgx-01', index: 0 },
            { key: `${uuid(1)}/0/1`, nodeKey: 'dgx-02', index: 1 },
          ],
        },
      ],
    });
    const nodes = await adapter.list('computeNode', { ...newest, order: byName }, callContext());
    expect(
      nodes.rows.map(({ record }) => [record.key, record.runningExecutions, record.status.state]),
    ).toEqual([
      ['dgx-01', 1, 'UNKNOWN'],
      ['dgx-02', 2, 'UNKNOWN'],
    ]);
  });

  it('repeats what was submitted, without the values of its environment', async () => {
    const template = {
      values: { gpu: 0.5, command: 'python', arguments: ['train.py'], environment: { KEY: 'hush' } },
    };
    const page = await of(service([job(1, { template, isMpi: true, isJupyter: true })])).list('job', newest, callContext()); // prettier-ignore
    const record = page.rows[0]?.record;
    expect(record?.tasks?.[0]).toMatchObject({ command: ['python', 'train.py'], environmentNames: ['KEY'], resources: { gpuMillis: 500 } }); // prettier-ignore
    expect(record?.labels).toContainEqual({ key: 'framework', value: 'MPI' });
    expect(JSON.stringify(record)).not.toContain('hush');
  });

  it('is dropped and counted when it cannot be read, whatever it is', async () => {
    const rows = [
      null,
      5,
      {},
      job(1, { id: null }),
      job(2, { createdAt: 'soon' }),
      job(3, { status: 7 }),
      job(4),
    ];
    const page = await of(service(rows)).list('job', newest, callContext());
    expect(page.rows.map(({ record }) => record.key)).toEqual([uuid(4)]);
    expect(page.dropped.count).toBe(6);
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom(...Object.keys(job(1)), 'template'), fc.jsonValue()),
        async (junk) => {
          const read = await of(service([{ ...job(1), ...junk }])).list('execution', newest, callContext());
          expect(read.rows.length + read.dropped.count).toBeGreaterThanOrEqual(1);
        },
      ),
    );
  });

  it('pages by creation and key in both directions, and goes on after every row', async () => {
    const jobs = Array.from({ length: 40 }, (_, n) => job(n, { createdAt: T0 + (n % 7) * 1000 }));
    const adapter = of(service(jobs));
    for (const kind of ['job', 'task', 'execution'] as const) {
      for (const direction of ['ASC', 'DESC'] as const) {
        const order = { field: 'CREATED_AT', direction } as const;
        const whole = await adapter.list(kind, { ...newest, limit: 500, order }, callContext());
        expect(whole.hasMore).toBe(false);
        const keys: string[] = [];
        for (let after: string | null = null, more = true; more;) {
          const page: ListPage<'job' | 'task' | 'execution'> = await adapter.list(kind, { after, limit: 7, filter: {}, order }, callContext()); // prettier-ignore
          keys.push(...page.rows.map(({ record }) => record.key));
          [after, more] = [page.endPosition, page.hasMore];
        }
        expect(keys).toEqual(whole.rows.map(({ record }) => record.key));
        expect(new Set(keys).size).toBe(40);
      }
    }
  });

  it('is found by key, with its children, in one call', async () => {
    const model = service();
    const adapter = of(model);
    const keys = [uuid(1), uuid(2), uuid(9)] as NativeKey[];
    const jobs = await adapter.get('job', keys, callContext());
    expect([jobs.found.size, jobs.missing.size, model.calls.length]).toEqual([2, 1, 1]);
    const tasks = await adapter.tasksOfJobs(keys, callContext());
    expect([...tasks.found.values()].map(({ records }) => records.length)).toEqual([1, 1]);
    const executions = await adapter.executionsOfTasks([`${uuid(1)}/0`, `${uuid(1)}/1`, uuid(1)] as NativeKey[], callContext()); // prettier-ignore
    expect([executions.found.size, executions.missing.size]).toEqual([1, 2]);
    expect((await adapter.executionsOfJobs(keys, callContext())).found.size).toBe(2);
    const key = `${uuid(2)}/0/0` as NativeKey;
    expect((await adapter.get('execution', [key], callContext())).found.get(key)?.nodeKey).toBe('dgx-03');
    expect((await adapter.get('computeNode', ['dgx-03' as NativeKey], callContext())).found.size).toBe(1);
  });
});

describe('the spellings of the path', () => {
  it.each([
    ['plural', '/researcher/api/v1/jobs', 1],
    ['singular', '/researcher/api/v1/job', 2],
    ['without a version', '/researcher/api/job', 3],
  ])('the %s one is found, and remembered', async (_, where, calls) => {
    const model = service([job(1)], where);
    const adapter = of(model);
    expect((await adapter.list('job', newest, callContext())).rows).toHaveLength(1);
    expect(model.calls).toHaveLength(calls);
    await adapter.list('job', newest, callContext());
    expect(model.calls).toHaveLength(calls + 1);
  });

  it('may list the jobs of one project only', async () => {
    const model = service([job(1)], '/researcher/api/v1/job/vision');
    model.answers.set('/researcher/api/v1/job/speech', { data: null });
    const adapter = of(model);
    expect((await adapter.list('job', newest, callContext())).rows).toHaveLength(1);
    model.calls.length = 0;
    await adapter.list('job', newest, callContext());
    expect(model.calls.sort()).toEqual([
      'GET /researcher/api/v1/job/speech',
      'GET /researcher/api/v1/job/vision',
      'GET /researcher/api/v1/projects',
    ]);
  });

  it('of projects in the settings are asked for at once', async () => {
    const model = service([job(1)], '/researcher/api/job?project=vision');
    const adapter = of(model, { projects: ['vision'] });
    expect((await adapter.list('job', newest, callContext())).rows).toHaveLength(1);
    expect(model.calls.at(-1)).toBe('GET /researcher/api/job?project=vision');
    const projects = await adapter.list('project', { ...newest, order: byName }, callContext());
    expect(projects.rows.map(({ record }) => record.key)).toEqual(['vision']);
  });

  it('may have no prefix, and a user where nobody is authenticated', async () => {
    const model = service([job(1)], '/api/v1/jobs');
    const adapter = of(model, { researcherPath: '', researcherUser: 'rina' });
    expect((await adapter.list('job', newest, callContext())).rows).toHaveLength(1);
    expect(model.headers).toEqual([{ 'ra-user': 'rina' }]);
  });

  it('may be found again after an upgrade', async () => {
    const model = service([job(1)], '/researcher/api/v1/job');
    const adapter = of(model);
    await adapter.list('job', newest, callContext());
    model.answers.delete('/researcher/api/v1/job');
    model.answers.set('/researcher/api/v1/jobs', { data: [job(1)] });
    expect((await adapter.list('job', newest, callContext())).rows).toHaveLength(1);
  });

  it('may all be missing: then the settings are to blame', async () => {
    const list = of(new ResearcherService()).list('job', newest, callContext());
    await expect(list).rejects.toMatchObject({ code: 'PROVIDER_PROTOCOL' });
    const page = service();
    page.answers.set('/researcher/api/v1/jobs', '<html>');
    await expect(of(page).list('job', newest, callContext())).rejects.toMatchObject({
      code: 'PROVIDER_PROTOCOL',
    });
  });
});

describe('projects, changes and the probe of the Researcher service', () => {
  it('lists projects by name', async () => {
    const adapter = of(service());
    const page = await adapter.list('project', { ...newest, order: byName }, callContext());
    expect(page.rows.map(({ record }) => [record.key, record.quota, record.description])).toEqual([
      ['speech', [], null],
      ['vision', [{ name: 'gpu', limit: 8, used: null }], 'Department research'],
    ]);
    expect(page.dropped.count).toBe(1);
    const keys = ['vision', 'none'] as NativeKey[];
    expect([...(await adapter.get('project', keys, callContext())).found.keys()]).toEqual(['vision']);
  });

  it('sweeps every time', async () => {
    const model = service();
    const adapter = of(model);
    const first = await adapter.changes(null, callContext());
    expect([first.complete, first.jobs.length, first.executions.length, first.computeNodes.length]).toEqual([true, 2, 2, 1]); // prettier-ignore
    expect((await adapter.changes(first.watermark, callContext())).complete).toBe(true);
    await expect(adapter.changes('x', callContext())).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
    model.answers.set('/researcher/api/v1/jobs', { data: [job(1), {}] });
    expect((await adapter.changes(first.watermark, callContext())).complete).toBe(false);
  });

  it('tells the version, and what may be read', async () => {
    const model = service();
    model.answers.set('/researcher/api/v1/version', { data: { version: '0.1.12', major: 0 } });
    const adapter = of(model);
    expect(await adapter.probe(callContext())).toMatchObject({
      reachable: true,
      version: '0.1.12',
      problem: null,
      permissions: [
        { name: 'read jobs', allowed: true },
        { name: 'read projects', allowed: true },
      ],
    });
    expect(adapter.version).toBe('0.1.12');
    const old = service();
    expect(await of(old).probe(callContext())).toMatchObject({
      version: null,
      problem: null,
      reachable: true,
    });
    const away = service();
    away.send = () => Promise.reject(new GridweaveError('PROVIDER_UNAVAILABLE', 'no route'));
    expect(await of(away).probe(callContext())).toMatchObject({ reachable: false, problem: { code: 'PROVIDER_UNAVAILABLE' } }); // prettier-ignore
  });
});
