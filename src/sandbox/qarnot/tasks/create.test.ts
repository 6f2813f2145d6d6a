import { describe, expect, it } from 'vitest';
import { startClient } from '../../../../test/support/qarnot-client.ts';

const TASK = { name: 'probe', profile: 'docker-batch', instanceCount: 1 };

describe('creating tasks', () => {
  it('answers 200 with the uuid and a location', async () => {
    const client = await startClient();
    const answer = await client.send('POST', '/tasks', TASK);
    const uuid = String(answer.json()['uuid']);
    expect(answer.status).toBe(200);
    expect(uuid).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers.get('location')).toContain(uuid);
    expect(await client.get(`/tasks/${uuid}`)).toMatchObject({
      uuid,
      shortname: uuid,
      state: 'Submitted',
      previousState: null,
      endDate: '0001-01-01T00:00:00Z',
      previousStateTransitionTime: '0001-01-01T00:00:00Z',
      poolUuid: null,
      jobUuid: null,
    });
  });

  it('creates an array in order: 207 when outcomes differ, their common status when not', async () => {
    const client = await startClient();
    const mixed = await client.send('POST', '/tasks', [TASK, { ...TASK, name: '' }, TASK]);
    expect(mixed.status).toBe(207);
    expect(mixed.json()).toEqual([
      { statusCode: 200, uuid: expect.any(String), message: null },
      { statusCode: 400, uuid: null, message: 'Invalid task file. Invalid fields: name' },
      { statusCode: 200, uuid: expect.any(String), message: null },
    ]);
    expect((await client.send('POST', '/tasks', [TASK, TASK])).status).toBe(200);
    const bad = await client.send('POST', '/tasks', [{}, {}]);
    expect(bad.status).toBe(400);
    expect(bad.json()).toHaveLength(2);
  });

  it('refuses a shortname that is taken, and finds a task by it', async () => {
    const client = await startClient();
    const uuid = await client.submit('true', { shortname: 'once-only' });
    const again = await client.send('POST', '/tasks', { ...TASK, shortname: 'once-only' });
    expect(again.status).toBe(400);
    expect(again.json()).toEqual({ message: 'Invalid task file. Invalid fields: shortname-uniqueness' });
    expect(await client.get('/tasks/once-only')).toMatchObject({ uuid });
    expect((await client.send('POST', '/tasks/once-only/abort')).status).toBe(200);
  });

  it('takes explicit instance ids, and then reads the count back as 0', async () => {
    const client = await startClient();
    const uuid = await client.submit('true', { advancedRanges: '3-4,9', instanceCount: 7 });
    client.clock.advance(60_000);
    expect(await client.get(`/tasks/${uuid}`)).toMatchObject({
      instanceCount: 0,
      totalInstanceCount: 3,
      advancedRanges: '3-4,9',
      state: 'Success',
      status: { succeededRange: '3-4,9', executedRange: '3-4,9', startedOnceRange: '3-4,9', failedRange: '' },
    });
  });

  it.each<[string, object, number, string]>([
    ['a name that is too long', { name: 'x'.repeat(2048) }, 400, 'name'],
    ['no instances', { instanceCount: 0 }, 400, 'range-length'],
    ['a malformed range', { advancedRanges: '5-' }, 400, 'range-length'],
    ['a bad shortname', { shortname: '-x' }, 400, 'shortname'],
    ['a bad constant', { constants: [{ key: 'a b', value: '' }] }, 400, 'constants'],
    ['too many tags', { tags: Array.from({ length: 11 }, String) }, 400, 'tags'],
    ['labels that are no texts', { labels: { a: 1 } }, 400, 'labels'],
    ['no profile', { profile: null }, 400, 'profile'],
    ['an unknown pool', { poolUuid: '6f1c0000-0000-4000-8000-000000000000' }, 400, 'No such pool'],
    ['an unknown job', { jobUuid: '6f1c0000-0000-4000-8000-000000000000' }, 400, 'No such job'],
    ['an unknown project', { projectUuid: '6f1c0000-0000-4000-8000-000000000000' }, 400, 'projectUuid'],
    ['dependencies without a job', { dependencies: { dependsOn: ['x'] } }, 400, 'dependencies'],
    ['a missing bucket', { resourceBuckets: ['missing-data'] }, 404, 'No such bucket: missing-data'],
  ])('refuses %s in shape A', async (_, fields, status, message) => {
    const client = await startClient();
    const answer = await client.send('POST', '/tasks', { ...TASK, ...fields });
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({ message: expect.stringContaining(message) });
  });

  it('refuses a body without a name in shape C', async () => {
    const client = await startClient();
    const answer = await client.send('POST', '/tasks', {});
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ errors: { Name: ['The Name field is required.'] } });
  });

  it('reports a full quota in the words that the Python SDK looks for', async () => {
    const client = await startClient({ limits: { maxTask: 1, maxPool: 4, maxJob: 0 } });
    await client.submit('true');
    const message = async (path: string, body: object) => {
      const answer = await client.send('POST', path, body);
      expect(answer.status).toBe(403);
      return String(answer.json()['message']).toLowerCase();
    };
    expect(await message('/tasks', TASK)).toContain('maximum number of tasks reached');
    expect(await message('/pools', TASK)).toContain('maximum number of pools reached');
    expect(await message('/jobs', TASK)).toContain('maximum number of jobs reached');
  });

  it('hides secret constants, ignores an interval, and keeps the rest of what was given', async () => {
    const client = await startClient();
    const uuid = await client.submit('true', {
      constants: [
        { key: 'QARNOT_SECRET__KEY', value: 'do not show' },
        { key: 'PLAIN', value: 'show' },
      ],
      snapshotInterval: 30,
      resultBucket: 'out',
      retrySettings: { maxTotalRetries: 4, maxPerInstanceRetries: 2 },
      completionTimeToLive: '00:10:00',
    });
    expect(await client.get(`/tasks/${uuid}`)).toMatchObject({
      constants: [
        { key: 'QARNOT_SECRET__KEY', value: '[SECRET]' },
        { key: 'PLAIN', value: 'show' },
      ],
      snapshotInterval: 0,
      resultBucket: 'out',
      retrySettings: { maxTotalRetries: 4, maxPerInstanceRetries: 2 },
      completionTimeToLive: '00:10:00',
    });
  });
});
