import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Client } from '../../../../test/support/qarnot-client.ts';
import { SECOND, startClient } from '../../../../test/support/qarnot-client.ts';

interface Task {
  readonly uuid: string;
  readonly name: string;
  readonly state: string;
  readonly creationDate: string;
}

interface Page {
  readonly data: readonly Task[];
  readonly count: number;
  readonly total: number;
  readonly isTruncated: boolean;
  readonly nextToken: string | null;
}

async function walk(client: Client, path: string, request: object = {}): Promise<Task[]> {
  const found: Task[] = [];
  let token: string | null = null;
  do {
    const page: Page = await client.post<Page>(path, { ...request, token });
    expect(page.count).toBe(page.data.length);
    expect(page.isTruncated).toBe(page.nextToken !== null);
    found.push(...page.data);
    token = page.nextToken;
  } while (token !== null);
  return found;
}

describe('listing', () => {
  it('pages through every task once, newest first, with opaque tokens', async () => {
    const client = await startClient({ jobs: 45 });
    const path = '/tasks/summaries/paginate';
    const first = await client.post<Page>(path, { maximumResults: 7 });
    expect(first).toMatchObject({ count: 7, total: 45, isTruncated: true });
    expect(first.nextToken).toMatch(/^[0-9a-f]{24}$/);
    const tasks = await walk(client, path, { maximumResults: 7 });
    expect(new Set(tasks.map(({ uuid }) => uuid)).size).toBe(45);
    const dates = tasks.map(({ creationDate }) => creationDate);
    expect(dates).toEqual([...dates].sort().reverse());
    const plain = await client.get<Task[]>('/tasks/summaries');
    expect(plain.map(({ uuid }) => uuid)).toEqual(tasks.map(({ uuid }) => uuid));
  });

  it('keeps its place when tasks come and go between pages', async () => {
    const client = await startClient();
    const uuids: string[] = [];
    for (let i = 0; i < 6; i++) {
      uuids.push(await client.submit('sleep 100'));
      client.clock.advance(SECOND);
    }
    const request = { maximumResults: 2, orderBy: 'creationDate', orderType: 'ASC' };
    const first = await client.post<Page>('/tasks/paginate', request);
    // Gone: one that was seen, and the row the walk stands on. New: one behind it.
    for (const { uuid } of first.data) await client.send('DELETE', `/tasks/${uuid}`);
    client.clock.advance(10 * SECOND);
    const late = await client.submit('sleep 100');
    const rest = await client.post<Page>('/tasks/paginate', { token: first.nextToken, maximumResults: 100 });
    expect(rest.data.map(({ uuid }) => uuid)).toEqual([...uuids.slice(2), late]);
  });

  it('walks tasks of the same second in the order of their uuids, in both directions', async () => {
    const client = await startClient();
    const uuids: string[] = [];
    for (let i = 0; i < 7; i++) uuids.push(await client.submit('sleep 100'));
    for (const orderType of ['ASC', 'DESC']) {
      const tasks = await walk(client, '/tasks/summaries/paginate', { maximumResults: 2, orderType });
      expect(tasks.map(({ uuid }) => uuid)).toEqual([...uuids].sort());
    }
  });

  it('has a default and a maximum page size', async () => {
    const client = await startClient({ jobs: 30, maximumPageSize: 9, defaultPageSize: 4 });
    expect(await client.post<Page>('/tasks/paginate', {})).toMatchObject({ count: 4 });
    expect(await client.post<Page>('/tasks/paginate', { MaximumResults: 1000 })).toMatchObject({ count: 9 });
    expect(await client.post<Page>('/tasks/paginate')).toMatchObject({ count: 4 });
  });

  it('orders by the documented keys in both directions, and by no other', async () => {
    const client = await startClient({ jobs: 25 });
    for (const orderBy of ['creationDate', 'executionTime', 'name', 'state']) {
      const up = await walk(client, '/tasks/paginate', { orderBy, orderType: 'ASC', maximumResults: 6 });
      const down = await walk(client, '/v1/tasks/paginate', { OrderBy: orderBy, OrderType: 'desc' });
      expect(up).toHaveLength(25);
      expect(new Set(down.map(({ uuid }) => uuid))).toEqual(new Set(up.map(({ uuid }) => uuid)));
    }
    const names = (await walk(client, '/tasks/paginate', { orderBy: 'name', orderType: 'ASC' })).map(
      ({ name }) => name,
    );
    expect(names).toEqual([...names].sort());
    expect((await client.send('POST', '/tasks/paginate', { orderBy: 'lastModified' })).status).toBe(400);
    expect((await client.send('POST', '/jobs/paginate', { orderBy: 'executionTime' })).status).toBe(400);
  });

  it.each([
    { token: '000000000000000000000000' },
    { maximumResults: 0 },
    { orderType: 'UP' },
    { filter: { operator: 'Equal', field: 'Nonsense', value: 1 } },
  ])('answers %j with a problem', async (request) => {
    const client = await startClient();
    const answer = await client.send('POST', '/tasks/paginate', request);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ status: 400, errors: expect.any(Object) });
  });

  it('a token belongs to one kind of object and one order', async () => {
    const client = await startClient({ jobs: 10 });
    const { nextToken: token } = await client.post<Page>('/tasks/paginate', { maximumResults: 2 });
    expect((await client.send('POST', '/pools/paginate', { token })).status).toBe(400);
    expect((await client.send('POST', '/tasks/paginate', { token, orderBy: 'name' })).status).toBe(400);
  });

  it('pages of summaries honour a filter, and a filtered walk gives what a search gives', async () => {
    const client = await startClient({ jobs: 60 });
    const filter = { operator: 'In', field: 'State', values: ['Failure', 'Cancelled'] };
    const searched = await client.post<Task[]>('/tasks/search', { filter });
    expect(searched.length).toBeGreaterThan(0);
    const paged = await walk(client, '/tasks/summaries/paginate', { filter, maximumResults: 3 });
    expect(paged.map(({ uuid }) => uuid)).toEqual(searched.map(({ uuid }) => uuid));
    expect(paged.every(({ state }) => state === 'Failure' || state === 'Cancelled')).toBe(true);
  });

  it('search projects, and cuts without a sign', async () => {
    const client = await startClient({ jobs: 12 });
    for (const select of [{ fields: ['Uuid', 'State'] }, ['Uuid', 'State']]) {
      const rows = await client.post<Task[]>('/tasks/search', { select, filter: null, maximumResults: 5 });
      expect(rows).toHaveLength(5);
      expect(Object.keys(rows[0] ?? {}).sort()).toEqual(['state', 'uuid']);
    }
    expect(await client.post<Task[]>('/tasks/search', { select: null })).toHaveLength(12);
  });

  it('?tag= takes any of the tags, repeated or with commas', async () => {
    const client = await startClient();
    for (const tags of [['a'], ['b'], ['a', 'c'], ['d']]) await client.submit('true', { tags });
    const count = async (query: string) => (await client.get<Task[]>(`/tasks${query}`)).length;
    expect(await count('')).toBe(4);
    expect(await count('?tag=a')).toBe(2);
    expect(await count('?tag=a&Tag=b')).toBe(3);
    expect(await count('?tag=b,d')).toBe(2);
    expect((await client.get<Task[]>('/tasks/summaries?tag=c')).length).toBe(1);
  });

  it('walks are whole whatever the page size, the order and the seed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom('creationDate', 'name', 'state'),
        fc.constantFrom('ASC', 'DESC'),
        fc.nat(1000),
        async (maximumResults, orderBy, orderType, seed) => {
          const client = await startClient({ jobs: 33, seed });
          const tasks = await walk(client, '/tasks/paginate', { maximumResults, orderBy, orderType });
          expect(new Set(tasks.map(({ uuid }) => uuid)).size).toBe(33);
          expect(tasks).toHaveLength(33);
        },
      ),
      { numRuns: 8 },
    );
  });
});
