import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WorkloadOnWire } from '../../../../test/support/runai-client.ts';
import { START, startRunaiRig } from '../../../../test/support/runai-client.ts';

interface Page {
  readonly next?: number;
  readonly workloads: readonly WorkloadOnWire[];
}

const LIST = '/api/v1/workloads';

describe('filterBy', () => {
  async function startFilled() {
    const rig = await startRunaiRig();
    await rig.create({ name: 'seg-one', project: 'vision' });
    rig.pass(10_000);
    await rig.create({ name: 'seg-two', project: 'nlp', kind: 'workspaces' });
    rig.pass(10_000);
    await rig.create({ name: 'other', project: 'vision', command: 'sleep 1' });
    rig.pass(10_000);
    const names = async (filter: string): Promise<readonly string[]> =>
      (await rig.list(`?sortBy=name&${filter}`)).map(({ name }) => name);
    return { rig, names };
  }

  it.each([
    ['name==seg-one', ['seg-one']],
    ['name!=seg-one', ['other', 'seg-two']],
    ['name=@-', ['seg-one', 'seg-two']],
    ['name!@seg', ['other']],
    ['name=^seg', ['seg-one', 'seg-two']],
    ['name=$o', ['seg-two']],
    ['name>=seg-one', ['seg-one', 'seg-two']],
    ['name<=seg-one', ['other', 'seg-one']],
    ['projectName==vision,phase==Completed', ['other']],
    ['phase==Completed,phase==Running', []],
    ['phase!=Completed', ['seg-one', 'seg-two']],
    ['type==Workspace', ['seg-two']],
    ['allocatedGPU>=1', []],
    ['deletedAt!=2026-01-01T00:00:00Z', ['other', 'seg-one', 'seg-two']],
    ['completedAt>=2026-01-01T00:00:00Z', ['other']],
    ['distributedFramework==PyTorch', []],
  ])('%s', async (filter, expected) => {
    const { names } = await startFilled();
    expect(await names(`filterBy=${encodeURIComponent(filter)}`)).toEqual(expected);
    const raw = filter.split(',').map(encodeURIComponent).join(',');
    expect(await names(`filterBy=${raw}`)).toEqual(expected);
    const repeated = filter.split(',').map((one) => `filterBy=${encodeURIComponent(one)}`);
    expect(await names(repeated.join('&'))).toEqual(expected);
  });

  it('compares dates, both ends included', async () => {
    const { rig, names } = await startFilled();
    const iso = new Date(START + 10_000).toISOString();
    expect(await names(`filterBy=createdAt>=${iso}`)).toEqual(['other', 'seg-two']);
    expect(await names(`filterBy=createdAt<=${iso}`)).toEqual(['seg-one', 'seg-two']);
    expect(await names(`filterBy=createdAt==${iso}`)).toEqual(['seg-two']);
    const [workload] = await rig.list('?filterBy=name==seg-one');
    expect(await names(`filterBy=phaseUpdatedAt>=${workload?.phaseUpdatedAt}`)).toContain('seg-one');
  });

  it.each([
    'id==x',
    'updatedAt>=2026-01-01T00:00:00Z',
    'name>x',
    'name<x',
    'name',
    'name==',
    'createdAt=@2026',
    'createdAt>=yesterday',
    'allocatedGPU==many',
    '__proto__==x',
    Array.from({ length: 11 }, () => 'name!=x').join(','),
  ])('refuses %s with 400', async (filter) => {
    const rig = await startRunaiRig();
    const answer = await rig.call('GET', `${LIST}?filterBy=${encodeURIComponent(filter)}`);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: 400 });
  });

  it('counts what it finds', async () => {
    const { rig } = await startFilled();
    expect(await rig.read(`${LIST}/count?filterBy=name=^seg`)).toEqual({ count: 2 });
    expect(await rig.read(`${LIST}/count`)).toEqual({ count: 3 });
    expect(await rig.read(`${LIST}/count?search=NLP`)).toEqual({ count: 1 });
  });

  it('searches free text in any case', async () => {
    const { names } = await startFilled();
    expect(await names('search=SEG')).toEqual(['seg-one', 'seg-two']);
    expect(await names('search=vision')).toEqual(['other', 'seg-one']);
    expect(await names('search=nothing')).toEqual([]);
  });
});

describe('paging', () => {
  it('answers 50 rows by default, at most 500, and says where the next page begins', async () => {
    const rig = await startRunaiRig({ world: { jobsPerSite: 120 } });
    const { count } = await rig.read<{ count: number }>(`${LIST}/count`);
    const first = await rig.read<Page>(LIST);
    expect(first.workloads).toHaveLength(50);
    expect(first.next).toBe(50);
    const all = await rig.read<Page>(`${LIST}?limit=500`);
    expect(all.workloads).toHaveLength(count);
    expect(all).not.toHaveProperty('next');
    expect(await rig.read(`${LIST}?offset=100000`)).toEqual({ workloads: [] });
  });

  it('leaves next out of a last page that is exactly full', async () => {
    const rig = await startRunaiRig();
    for (let index = 0; index < 4; index++) await rig.create();
    expect(await rig.read(`${LIST}?limit=2&offset=2`)).not.toHaveProperty('next');
    expect(await rig.read(`${LIST}?limit=2`)).toHaveProperty('next', 2);
  });

  it.each([
    'limit=0',
    'limit=501',
    'limit=-1',
    'limit=ten',
    'offset=-1',
    'offset=1.5',
    'sortOrder=up',
    'sortBy=id',
    'sortBy=updatedAt',
    'deleted=maybe',
  ])('refuses %s', async (query) => {
    const rig = await startRunaiRig();
    expect(await rig.status(`${LIST}?${query}`)).toBe(400);
  });

  it('can clamp limits instead', async () => {
    const rig = await startRunaiRig({ limitPolicy: 'clamp' });
    await rig.create();
    await rig.create();
    expect((await rig.read<Page>(`${LIST}?limit=0`)).workloads).toHaveLength(1);
    expect((await rig.read<Page>(`${LIST}?limit=10000`)).workloads).toHaveLength(2);
  });

  it('sorts newest first by default, and ascending when only a field is named', async () => {
    const rig = await startRunaiRig();
    for (const name of ['b', 'c', 'a']) {
      await rig.create({ name });
      rig.pass(1000);
    }
    const names = async (query: string) => (await rig.list(query)).map(({ name }) => name);
    expect(await names('')).toEqual(['a', 'c', 'b']);
    expect(await names('?sortBy=name')).toEqual(['a', 'b', 'c']);
    expect(await names('?sortBy=name&sortOrder=desc')).toEqual(['c', 'b', 'a']);
    expect(await names('?sortBy=createdAt')).toEqual(['b', 'c', 'a']);
  });

  it('breaks ties in no order that a client could rely on', async () => {
    const rig = await startRunaiRig();
    for (let index = 0; index < 12; index++) await rig.create();
    const ids = async (query: string) => (await rig.list(query)).map(({ id }) => id);
    const byPhase = await ids('?sortBy=phase');
    expect(byPhase).not.toEqual(await ids('?sortBy=type'));
    expect(byPhase).toEqual(await ids('?sortBy=phase'));
  });

  it('walking any way finds every workload once', async () => {
    const rig = await startRunaiRig({ world: { jobsPerSite: 150 } });
    const every = new Set((await rig.list('?limit=500')).map(({ id }) => id));
    const sorts = [
      'createdAt',
      'phase',
      'projectName',
      'completedAt',
      'nodepool',
      'priority',
      'phaseUpdatedAt',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 7, max: 200 }),
        fc.constantFrom(...sorts),
        fc.constantFrom('asc', 'desc'),
        async (limit, sortBy, order) => {
          const seen: string[] = [];
          let offset: number | undefined = 0;
          while (offset !== undefined) {
            const query = `limit=${limit}&offset=${offset}&sortBy=${sortBy}&sortOrder=${order}`;
            const page: Page = await rig.read<Page>(`${LIST}?${query}`);
            seen.push(...page.workloads.map(({ id }) => id));
            expect(page.next === undefined || page.next === offset + limit).toBe(true);
            offset = page.next;
          }
          expect(seen).toHaveLength(every.size);
          expect(new Set(seen)).toEqual(every);
        },
      ),
      { numRuns: 25 },
    );
  });
});
