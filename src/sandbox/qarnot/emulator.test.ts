import { describe, expect, it } from 'vitest';
import { startClient } from '../../../test/support/qarnot-client.ts';

describe('the Qarnot emulator on the wire', () => {
  it('takes the bare token only, and answers 401 in shape B', async () => {
    const client = await startClient({ tokens: ['one', 'two'] });
    const status = async (authorization: string) =>
      (await client.send('GET', '/tasks', undefined, { authorization })).status;
    expect(await status('one')).toBe(200);
    expect(await status('two')).toBe(200);
    expect(await status('Bearer one')).toBe(401);
    expect(await status('ONE')).toBe(401);
    const refused = await client.send('GET', '/tasks', undefined, { authorization: '' });
    expect(refused.json()).toEqual({ error: { message: 'Bad authentication token', code: 401 }, data: {} });
  });

  it('treats the token as expired while the fault lasts', async () => {
    const client = await startClient();
    client.emulator.faults.set('expired', { times: 1, effect: { kind: 'unauthorized' } });
    expect((await client.send('GET', '/info')).status).toBe(401);
    expect((await client.send('GET', '/info')).status).toBe(200);
  });

  it('shows settings and versions to anybody', async () => {
    const client = await startClient();
    const nobody = { authorization: '' };
    expect((await client.send('GET', '/settings', undefined, nobody)).json()).toEqual({ storage: null });
    expect((await client.send('GET', '/v1/versions', undefined, nobody)).json()).toEqual([
      { version: 'v1.0', endOfLife: null },
    ]);
  });

  it('answers the probe of a token with an empty 200', async () => {
    const client = await startClient();
    for (const path of ['/', '/v1', '/v1/']) {
      expect(await client.send('GET', path)).toMatchObject({ status: 200, text: '' });
    }
  });

  it.each(['/tasks', '/v1/tasks', '/tasks/', '/V1/Tasks/', '/TASKS?Tag=none'])('serves %s', async (path) => {
    const client = await startClient();
    expect(await client.get(path)).toEqual([]);
  });

  it('creates at /jobs/ with a slash, as the Python SDK does', async () => {
    const client = await startClient();
    expect(await client.post('/jobs/', { name: 'group', state: '' })).toHaveProperty('uuid');
  });

  it('reads bodies in any case and writes camelCase', async () => {
    const client = await startClient();
    const { uuid } = await client.post<{ uuid: string }>('/tasks', {
      Name: 'pascal',
      PROFILE: 'docker-batch',
      InstanceCount: 2,
      Constants: [{ Key: 'DOCKER_CMD', Value: 'true' }],
      AdvancedResourceBuckets: [
        { BucketName: 'in', CacheTTLSec: 5, Filtering: { PrefixFiltering: { Prefix: 'x/' } } },
      ],
      SchedulingType: 'OnDemand',
      Labels: { Team: 'vfx' },
    });
    expect(await client.get(`/tasks/${uuid}`)).toMatchObject({
      name: 'pascal',
      instanceCount: 2,
      constants: [{ key: 'DOCKER_CMD', value: 'true' }],
      advancedResourceBuckets: [
        { bucketName: 'in', cacheTTLSec: 5, filtering: { prefixFiltering: { prefix: 'x/' } } },
      ],
      schedulingType: 'onDemand',
      labels: { Team: 'vfx' },
    });
  });

  it.each(['application/x-www-form-urlencoded', 'text/plain', ''])(
    'takes an empty action whatever its content type (%j)',
    async (type) => {
      const client = await startClient();
      const uuid = await client.submit('sleep 100');
      const headers = type === '' ? {} : { 'content-type': type };
      expect(await client.send('POST', `/tasks/${uuid}/abort`, undefined, headers)).toMatchObject({
        status: 200,
        text: '',
      });
    },
  );

  it('takes the JSON types of the specification and no others', async () => {
    const client = await startClient();
    const status = async (type: string) =>
      (await client.send('POST', '/tasks/paginate', '{}', { 'content-type': type })).status;
    for (const type of ['application/json; charset=utf-8', 'text/json', 'application/json-patch+json']) {
      expect(await status(type)).toBe(200);
    }
    expect(await status('text/plain')).toBe(415);
  });

  it('answers broken JSON in shape C and an unknown object in shape A', async () => {
    const client = await startClient();
    const broken = await client.send('POST', '/tasks', '{"name":');
    expect(broken.status).toBe(400);
    expect(broken.headers.get('content-type')).toContain('application/problem+json');
    const missing = await client.send('GET', '/tasks/6f1c0000-0000-4000-8000-000000000000');
    expect(missing.status).toBe(404);
    expect(missing.json()).toEqual({ message: 'No such task: 6f1c0000-0000-4000-8000-000000000000' });
  });

  it('tells a wrong method from an unknown path', async () => {
    const client = await startClient();
    const wrong = await client.send('PUT', '/info');
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('GET');
    expect((await client.send('GET', '/nodes')).status).toBe(404);
  });

  it('reads no other account than its own', async () => {
    const client = await startClient({ email: 'me@example.org' });
    const as = async (method: string, path: string, account: string) =>
      (await client.send(method, path, undefined, { QarnotReadOnlyRequestForAccount: account })).status;
    expect(await as('GET', '/tasks', 'me@example.org')).toBe(200);
    expect(await as('GET', '/tasks', 'you@example.org')).toBe(403);
    expect(await as('POST', '/tasks/paginate', 'you@example.org')).toBe(403);
  });

  it('shows a skewed clock in its dates', async () => {
    const client = await startClient();
    const uuid = await client.submit('true');
    client.emulator.faults.set('skew', { effect: { kind: 'clock-skew', ms: 3_600_000 } });
    expect(await client.get(`/tasks/${uuid}`)).toMatchObject({ creationDate: '2026-03-02T10:00:00Z' });
  });

  it('keeps a task that was created before the connection broke', async () => {
    const client = await startClient();
    client.emulator.faults.set('drop', { times: 1, effect: { kind: 'reset', afterCommit: true } });
    await expect(client.submit('true', { shortname: 'mine' })).rejects.toThrow('fetch failed');
    expect(await client.get('/tasks/mine')).toMatchObject({ shortname: 'mine' });
  });
});
