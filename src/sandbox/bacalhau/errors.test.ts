import { describe, expect, test } from 'vitest';
import { JOBS, jobBody, NODES, startRig } from '../../../test/support/bacalhau-emulator.ts';
import { statusOf } from './wire/refusal.ts';

describe('error bodies by release', () => {
  test('1.4 answers 500 with {error, message}, for a missing job too', async () => {
    const rig = await startRig({ version: '1.4.0' });
    const missing = await rig.get(`${JOBS}/none`);
    expect(missing.status).toBe(500);
    expect(missing.json()).toEqual({ error: 'job not found: none', message: 'Internal Server Error' });
    expect((await rig.get('/api/v1/unknown')).status).toBe(404);
  });

  test('1.5 has codes, no hint and no details', async () => {
    const rig = await startRig({ version: '1.5.0' });
    const missing = await rig.get(`${JOBS}/none`);
    expect(missing.status).toBe(404);
    expect(Object.keys(missing.json<object>())).toEqual([
      'Status',
      'Message',
      'RequestID',
      'Code',
      'Component',
    ]);
    const several = await rig.get(`${NODES}/n-`);
    expect(several.json()).not.toHaveProperty('Hint');
  });

  test('1.6 adds a hint where there is one', async () => {
    const rig = await startRig({ version: '1.6.0' });
    expect((await rig.get(`${NODES}/n-`)).json()).toHaveProperty('Hint');
  });

  test.each(['1.5.0', '1.7.0'] as const)('%s says less about an unknown path', async (version) => {
    const rig = await startRig({ version });
    const answer = await rig.get('/api/v1/nowhere');
    expect(answer.status).toBe(404);
    expect(answer.json()).toMatchObject({
      Message: 'Not Found',
      Code: 'InternalError',
      Component: 'APIServer',
    });
  });

  test('from 1.8 an unknown path differs from a missing job by its component', async () => {
    const rig = await startRig({ version: '1.8.0' });
    const answer = await rig.get('/api/v1/nowhere');
    expect(answer.json()).toMatchObject({
      Status: 404,
      Code: 'NotFound',
      Component: 'APIServer',
      Message: 'The requested resource/URL was not found.',
      Hint: expect.stringContaining('older'),
    });
  });

  test('paths of the old requester are gone in 1.5 and 1.6', async () => {
    const rig = await startRig({ version: '1.5.0' });
    expect((await rig.get('/api/v1/requester/list')).status).toBe(410);
  });
});

test('a known path with another method is a 405 from the framework', async () => {
  const rig = await startRig();
  const answer = await rig.call('PATCH', JOBS);
  expect(answer.json()).toMatchObject({
    Status: 405,
    Message: 'Method Not Allowed',
    Code: 'InternalError',
    Component: 'APIServer',
  });
  const head = await rig.call('HEAD', JOBS);
  expect([head.status, head.text]).toEqual([405, '']);
});

test('endpoints appear with their release', async () => {
  const old = await startRig({ version: '1.7.0' });
  const id = await old.submit();
  expect((await old.call('PUT', `${JOBS}/diff`, { Job: jobBody({ Name: 'a' }) })).status).toBe(405);
  expect((await old.call('PUT', `${JOBS}/${id}/rerun`, {})).status).toBe(404);
  expect((await old.get(`${JOBS}/${id}/versions`)).status).toBe(404);
  const oldest = await startRig({ version: '1.4.0' });
  expect((await oldest.get('/api/v1/agent/config')).status).toBe(404);
  expect((await oldest.get('/api/v1/agent/authconfig')).status).toBe(404);
  expect((await (await startRig()).get('/api/v1/agent/license')).status).toBe(404);
});

describe('binding', () => {
  test('names in any case, the first value wins, wrong types are a 400', async () => {
    const rig = await startRig();
    await rig.submit({ Namespace: 'a' });
    await rig.submit({ Namespace: 'b' });
    const names = async (query: string) =>
      (await rig.read<{ Items: { Namespace: string }[] }>(`${JOBS}?${query}`)).Items.map(
        (job) => job.Namespace,
      );
    expect(await names('NameSpace=a')).toEqual(['a']);
    expect(await names('namespace=b&namespace=a')).toEqual(['b']);
    expect(await names('LIMIT=1')).toEqual(['a']);
    expect(await names('reverse=')).toEqual(['a', 'b']);
    for (const query of ['limit=many', 'limit=-1', 'reverse=maybe']) {
      const answer = await rig.get(`${JOBS}?${query}`);
      expect(answer.status).toBe(400);
      expect(answer.json()).toMatchObject({ Code: 'InternalError', Component: 'APIServer' });
    }
  });

  test('query parameters of PUT and POST are ignored', async () => {
    const rig = await startRig();
    const put = await rig.call('PUT', `${JOBS}?namespace=elsewhere&limit=many`, { Job: jobBody() });
    expect(put.status).toBe(200);
    const { JobID } = put.json<{ JobID: string }>();
    expect((await rig.job(JobID)).Namespace).toBe('default');
    expect((await rig.call('POST', `${JOBS}?namespace=x`, { Job: jobBody() })).status).toBe(200);
  });

  test('fields in any case, unknown ones ignored, wrong types and broken JSON refused', async () => {
    const rig = await startRig();
    const odd = await rig.call('PUT', JOBS, { jOB: { ...jobBody(), NAME: 'odd', whatever: 1 }, extra: true });
    expect(odd.status).toBe(200);
    expect((await rig.job(odd.json<{ JobID: string }>().JobID)).Name).toBe('odd');
    const typed = await rig.call('PUT', JOBS, { Job: jobBody({ Count: 'two' }) });
    expect(typed.status).toBe(400);
    expect(typed.json()).toMatchObject({ Message: expect.stringContaining('field=Job.Count') });
    const broken = await rig.call('PUT', JOBS, '{"Job": oops}');
    expect(broken.status).toBe(400);
    expect(broken.json()).toMatchObject({
      Message: expect.stringMatching(/^code=400, message=Syntax error: offset=/),
    });
    const form = await rig.call('PUT', JOBS, 'a=b', { 'content-type': 'text/plain' });
    expect(form.status).toBe(400);
    expect(form.json()).toMatchObject({ Message: expect.stringContaining('code=415') });
  });
});

test('codes that carry no explicit status', () => {
  const pairs: [string, number][] = [
    ['ValidationError', 400],
    ['ResourceInUse', 409],
    ['MultipleNodesFound', 409],
    ['HandshakeRequired', 428],
    ['ConflictJobState', 500],
    ['MultipleJobsFound', 500],
    ['', 500],
  ];
  for (const [code, status] of pairs) expect([code, statusOf(code)]).toEqual([code, status]);
});
