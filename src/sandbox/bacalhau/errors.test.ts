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

describe('a known path with another method', () => {
  test('is an unknown path (seen on 1.9.3): there is no 405', async () => {
    const rig = await startRig();
    for (const [method, path] of [
      ['PATCH', JOBS],
      ['PUT', '/api/v1/agent/alive'],
      ['DELETE', `${NODES}/n-1`],
    ] as const) {
      expect((await rig.call(method, path)).json()).toMatchObject({
        Status: 404,
        Message: 'The requested resource/URL was not found.',
        Code: 'NotFound',
        Component: 'APIServer',
        Details: { cli_usage: expect.any(String) },
      });
    }
    for (const path of [JOBS, '/api/v1/agent/alive']) {
      const head = await rig.call('HEAD', path);
      expect([head.status, head.text]).toEqual([404, '']);
    }
  });

  test('and so it was in older releases, which say less', async () => {
    const rig = await startRig({ version: '1.7.0' });
    expect((await rig.call('PATCH', JOBS)).json()).toMatchObject({ Status: 404, Message: 'Not Found' });
  });
});

test('a slash at the end, and nothing between two slashes, are unknown paths (seen on 1.9.3)', async () => {
  const rig = await startRig();
  const id = await rig.submit();
  for (const path of [`${JOBS}/`, `${JOBS}/${id}/`, `${JOBS}//history`]) {
    expect((await rig.get(path)).json()).toMatchObject({ Status: 404, Component: 'APIServer' });
  }
});

test('endpoints appear with their release', async () => {
  const old = await startRig({ version: '1.7.0' });
  const id = await old.submit();
  expect((await old.call('PUT', `${JOBS}/diff`, { Job: jobBody({ Name: 'a' }) })).status).toBe(404);
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
    for (const query of ['limit=many', 'limit=-1', 'limit=4294967296', 'reverse=maybe']) {
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
    const cut = await rig.call('PUT', JOBS, '{"Job":{"Name":');
    expect(cut.json()).toMatchObject({
      Status: 400,
      Message: 'code=400, message=unexpected EOF, internal=unexpected EOF',
    });
  });

  test('content types (seen on 1.9.3): compared with their case; forms and XML are read for nothing', async () => {
    const rig = await startRig();
    const put = async (text: string, type: string) =>
      (await rig.call('PUT', JOBS, text, { 'content-type': type })).json<{ Message: string }>().Message;
    for (const type of ['text/plain', 'APPLICATION/JSON', 'application/jsonx']) {
      expect(await put('{}', type)).toBe('code=415, message=Unsupported Media Type');
    }
    for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data', 'application/xml']) {
      expect(await put('a=b', type)).toBe('empty/nil job');
    }
    expect(await put('{}', 'application/json; charset=utf-8')).toBe('empty/nil job');
    expect(await put('{"u":"data:a;b"}', 'application/x-www-form-urlencoded')).toBe(
      'code=400, message=invalid semicolon separator in query, internal=invalid semicolon separator in query',
    );
    const id = await rig.submit({}, 'sleep 600');
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await rig.call('DELETE', `${JOBS}/${id}`, '{"reason":"a;b"}', form)).status).toBe(200);
    expect((await rig.job(id)).State).toEqual({ StateType: 'Stopped' });
  });

  test('what follows the document is not looked at; no document is no job (seen on 1.9.3)', async () => {
    const rig = await startRig();
    const text = `${JSON.stringify({ Job: jobBody({ Name: 'first' }) })}{"Job":`;
    expect((await rig.call('PUT', JOBS, text)).status).toBe(200);
    expect((await rig.job('first')).Name).toBe('first');
    for (const empty of ['{}', 'null', '{"Job":null}']) {
      expect((await rig.call('PUT', JOBS, empty)).json()).toMatchObject({
        Status: 400,
        Message: 'empty/nil job',
        Code: 'InternalError',
        Component: 'APIServer',
      });
    }
    expect((await rig.call('PUT', JOBS, '{"Job":{"Name":xx}}')).json()).toMatchObject({
      Message: expect.stringMatching(
        /^code=400, message=Syntax error: offset=16, error=invalid character 'x'/,
      ),
    });
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
