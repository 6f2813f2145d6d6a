import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JobOnWire, Page } from '../../../../test/support/bacalhau-emulator.ts';
import { JOBS, startRig } from '../../../../test/support/bacalhau-emulator.ts';
import { decodePagingToken, encodePagingToken } from '../wire/paging-token.ts';

type Jobs = Page<JobOnWire>;
const namesOf = (page: Jobs): string[] => page.Items.map((job) => job.Name);

test('the token is unpadded base64url of sortBy:reverse:limit:offset', () => {
  expect(encodePagingToken({ sortBy: '', reverse: false, limit: 10, offset: 10 })).toBe('Ok46MTA6MTA');
  expect(encodePagingToken({ sortBy: 'created_at', reverse: true, limit: 50, offset: 50 })).toBe(
    'Y3JlYXRlZF9hdDpZOjUwOjUw',
  );
  expect(decodePagingToken('Ok46MDoxNA')).toEqual({ sortBy: '', reverse: false, limit: 0, offset: 14 });
});

test('all namespaces by default and for "*", one for any other value', async () => {
  const rig = await startRig();
  await rig.submit({ Name: 'a', Namespace: 'research' });
  await rig.submit({ Name: 'b', Namespace: 'ops' });
  await rig.submit({ Name: 'c' });
  expect(namesOf(await rig.read(JOBS))).toEqual(['a', 'b', 'c']);
  expect(namesOf(await rig.read(`${JOBS}?namespace=*`))).toEqual(['a', 'b', 'c']);
  expect(namesOf(await rig.read(`${JOBS}?namespace=research`))).toEqual(['a']);
  expect(namesOf(await rig.read(`${JOBS}?namespace=default`))).toEqual(['c']);
  expect((await rig.get(`${JOBS}?namespace=none`)).text).toBe('{"NextToken":"","Items":[]}\n');
});

test.each([
  ['env=prod', 'ab'],
  ['env==prod', 'ab'],
  ['env!=prod', 'cd'],
  ['env in (prod,dev)', 'abc'],
  ['env notin (prod,dev)', 'd'],
  ['gpu', 'b'],
  ['!gpu', 'acd'],
  ['mem>3', 'b'],
  ['mem<3', 'a'],
  ['env=prod,mem>3', 'b'],
  ['env=prod&labels=!gpu', 'a'],
  ['', 'abcd'],
])('labels: %s', async (selector, expected) => {
  const rig = await startRig();
  await rig.submit({ Name: 'a', Labels: { env: 'prod', mem: '2' } });
  await rig.submit({ Name: 'b', Labels: { env: 'prod', mem: '8', gpu: 'yes' } });
  await rig.submit({ Name: 'c', Labels: { env: 'dev', mem: 'much' } });
  await rig.submit({ Name: 'd' });
  const [first = '', ...others] = selector.split('&labels=');
  const query = [first, ...others].map((part) => `labels=${encodeURIComponent(part)}`).join('&');
  expect(namesOf(await rig.read(`${JOBS}?${query}`)).join('')).toBe(expected);
});

test.each(['=prod', 'env in prod', 'env in (a', 'mem>big', 'a,,b', 'env=a b'])(
  'an unreadable selector is a 400: %s',
  async (selector) => {
    const rig = await startRig();
    expect((await rig.get(`${JOBS}?labels=${encodeURIComponent(selector)}`)).status).toBe(400);
  },
);

test('orders by creation or modification, either way round, and by nothing else', async () => {
  const rig = await startRig();
  const first = await rig.submit({ Name: 'first' }, 'sleep 600');
  rig.pass(1000);
  await rig.submit({ Name: 'second' }, 'sleep 600');
  rig.pass(20_000);
  await rig.call('DELETE', `${JOBS}/${first}`);
  expect(namesOf(await rig.read(`${JOBS}?order_by=created_at`))).toEqual(['first', 'second']);
  expect(namesOf(await rig.read(`${JOBS}?order_by=modified_at`))).toEqual(['second', 'first']);
  expect(namesOf(await rig.read(`${JOBS}?order_by=modified_at&reverse=true`))).toEqual(['first', 'second']);
  const odd = await rig.get(`${JOBS}?order_by=name`);
  expect(odd.json()).toEqual({
    Status: 500,
    Message: 'Internal server error',
    RequestID: '',
    Code: 'InternalError',
    Component: 'Unknown',
  });
});

test("a token's order, direction and limit replace the query's; a bad one is a 400", async () => {
  const rig = await startRig();
  for (const Name of ['a', 'b', 'c', 'd', 'e']) {
    await rig.submit({ Name });
    rig.pass(10);
  }
  const page = await rig.read<Jobs>(`${JOBS}?limit=2&reverse=true`);
  expect(namesOf(page)).toEqual(['e', 'd']);
  expect(page.NextToken).toBe(encodePagingToken({ sortBy: '', reverse: true, limit: 2, offset: 2 }));
  const next = await rig.read<Jobs>(
    `${JOBS}?next_token=${page.NextToken}&limit=4&reverse=false&order_by=modified_at`,
  );
  expect(namesOf(next)).toEqual(['c', 'b']);
  const last = await rig.read<Jobs>(`${JOBS}?next_token=${next.NextToken}`);
  expect([namesOf(last), last.NextToken]).toEqual([['a'], '']);
  expect((await rig.get(`${JOBS}?next_token=nonsense`)).status).toBe(400);
});

test('rows are whole jobs, tasks included, without executions', async () => {
  const rig = await startRig();
  await rig.submit({ Name: 'whole' });
  const [job] = (await rig.read<Jobs>(JOBS)).Items;
  expect(job?.Tasks[0]?.Engine.Params).toMatchObject({ Image: 'alpine:3.20' });
  expect(job).not.toHaveProperty('Executions');
});

test('property: a walk by ascending tokens never misses a job that was there when it began', async () => {
  const rig = await startRig();
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 10 }),
      async (limit, arrivals) => {
        rig.site.jobs.forEach((_, id) => rig.site.remove(id));
        for (let i = 0; i < 8; i++) await rig.submit();
        const before = new Set((await rig.read<Jobs>(JOBS)).Items.map((job) => job.ID));
        const seen: string[] = [];
        let token = '';
        for (let step = 0; ; step++) {
          const query = token === '' ? `limit=${limit}&order_by=created_at` : `next_token=${token}`;
          const page = await rig.read<Jobs>(`${JOBS}?${query}`);
          seen.push(...page.Items.map((job) => job.ID));
          token = page.NextToken;
          if (token === '') break;
          const arriving = step < arrivals.length ? (arrivals[step] ?? 0) : 0;
          for (let i = 0; i < arriving; i++) await rig.submit();
          rig.pass(arriving * 3);
        }
        expect([...before].filter((id) => !seen.includes(id))).toEqual([]);
      },
    ),
    { numRuns: 20 },
  );
});
