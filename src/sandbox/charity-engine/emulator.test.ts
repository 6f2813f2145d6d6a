import { describe, expect, it } from 'vitest';
import type { JobOnWire } from '../../../test/support/charity-engine-rig.ts';
import { BEARER, jobBody, SECOND, startRig } from '../../../test/support/charity-engine-rig.ts';
import { CHARITY_ENGINE_PREFIX, knownIds, SANDBOX_AUTHENTICATOR } from './emulator.ts';

const errorOf = (body: Readonly<Record<string, unknown>>): unknown => body['error'];

describe('credentials', () => {
  const withoutKey = jobBody('true', { authenticator: undefined });

  it.each([
    ['body', jobBody(), {}],
    ['bearer', withoutKey, BEARER],
    ['bearer in any case', withoutKey, { authorization: `bearer ${SANDBOX_AUTHENTICATOR}` }],
    ['both', jobBody(), BEARER],
  ] as const)('are taken from the %s', async (_where, body, headers) => {
    const rig = await startRig();
    for (const path of ['job-create', 'jobs']) {
      expect((await rig.call('POST', path, body, headers)).json()).toMatchObject({ success: true });
    }
  });

  it.each([
    ['no authenticator', withoutKey, {}],
    ['no authenticator', jobBody('true', { authenticator: '' }), BEARER],
    ['no authenticator', withoutKey, { authorization: `Basic ${SANDBOX_AUTHENTICATOR}` }],
    ['bad authenticator', withoutKey, { authorization: 'Bearer other' }],
    ['bad authenticator', jobBody('true', { authenticator: 'other' }), BEARER],
  ] as const)('are refused with "%s"', async (error, body, headers) => {
    const rig = await startRig();
    expect((await rig.call('POST', 'jobs', body, headers)).json()).toEqual({ success: false, error });
  });

  it('are never read from the query', async () => {
    const rig = await startRig();
    const answer = await rig.call('GET', `jobs/a?authenticator=${SANDBOX_AUTHENTICATOR}`, undefined, {});
    expect(errorOf(answer.json())).toBe('no authenticator');
  });

  it('may be two', async () => {
    const rig = await startRig({ authenticator: 'key', bearerToken: 'token' });
    const body = { ...jobBody(), authenticator: 'key' };
    expect((await rig.call('POST', 'job-create', body, {})).json()).toMatchObject({ success: true });
    const asked = async (token: string) =>
      (await rig.call('GET', 'jobs/a', undefined, { authorization: `Bearer ${token}` })).json()['success'];
    expect([await asked('token'), await asked('key')]).toEqual([true, false]);
  });

  it('expire while the fault lasts', async () => {
    const rig = await startRig();
    rig.emulator.faults.set('expired', { times: 1, effect: { kind: 'unauthorized' } });
    expect(errorOf((await rig.call('GET', 'jobs/a')).json())).toBe('bad authenticator');
    expect((await rig.call('GET', 'jobs/a')).json()['success']).toBe(true);
  });

  it('are echoed by no answer', async () => {
    const rig = await startRig();
    const id = await rig.create();
    const answers = await Promise.all([
      rig.call('GET', `jobs/${id}`),
      rig.call('POST', 'job-create', jobBody('true', { hours: 99 })),
      rig.call('POST', 'job-create', jobBody('true', { app: 'x:y' })),
      rig.call('POST', 'job-query', { authenticator: SANDBOX_AUTHENTICATOR, ids: [] }),
    ]);
    for (const { text } of answers) expect(text).not.toContain(SANDBOX_AUTHENTICATOR);
  });
});

describe('the presets of clients', () => {
  const authenticator = SANDBOX_AUTHENTICATOR;
  type Preset = [
    name: string,
    style: 'both' | 'rpc' | 'resource',
    create: string,
    query: (id: string) => [method: string, path: string, body: unknown],
  ];
  const presets: Preset[] = [
    ['hybrid', 'both', 'job-create', (id: string) => ['GET', `jobs/${id}`, undefined]],
    ['resource', 'resource', 'jobs', (id: string) => ['GET', `jobs/${id}`, undefined]],
    ['rpc', 'rpc', 'job-create', (id: string) => ['POST', 'job-query', { authenticator, ids: [id] }]],
  ];
  it.each(presets)('%s: create, status, outputs, on a strict server', async (name, style, path, query) => {
    const rig = await startRig({ style, strict: true });
    const rpcCreate = path === 'job-create';
    const body = jobBody('echo hi > /local/output/x', rpcCreate ? {} : { authenticator: undefined });
    const answer = await rig.call('POST', path, body, rpcCreate ? {} : BEARER);
    const [id = ''] = answer.json<{ ids: readonly string[] }>().ids;
    rig.clock.advance(10 * SECOND);
    const [method, where, what] = query(id);
    const { jobs } = (await rig.call(method, where, what, name === 'rpc' ? {} : BEARER)).json<{
      jobs: Record<string, JobOnWire>;
    }>();
    const state = jobs[id]?.states['default'];
    expect(state).toMatchObject({ status: 'completed', log: 'hi\n' });
    expect(await (await fetch(state?.outputFiles[0]?.url ?? '')).text()).toBe('hi\n');
  });
});

describe('what is served', () => {
  const REQUESTS = [
    ['POST', 'job-create'],
    ['POST', 'jobs'],
    ['GET', 'jobs/a'],
    ['POST', 'job-query'],
    ['DELETE', 'jobs/a'],
    ['POST', 'job-cancel'],
    ['POST', 'jobs/a/cancel'],
    ['GET', 'instance-types'],
    ['POST', 'instance-types'],
  ] as const;
  const served = async (options: Parameters<typeof startRig>[0]): Promise<string[]> => {
    const rig = await startRig(options);
    const found: string[] = [];
    for (const [method, path] of REQUESTS) {
      const answer = await rig.call(method, path, method === 'POST' ? {} : undefined);
      if (answer.text.startsWith('{')) found.push(`${method} ${path}`);
      else expect([404, 405]).toContain(answer.status);
    }
    return found;
  };

  it('is everything by default', async () => {
    expect(await served({})).toHaveLength(REQUESTS.length);
  });

  it.each([
    ['rpc', ['POST job-create', 'POST job-query', 'POST job-cancel', 'POST instance-types']],
    ['resource', ['POST jobs', 'GET jobs/a', 'DELETE jobs/a', 'POST jobs/a/cancel', 'GET instance-types']],
  ] as const)('is one style: %s', async (style, expected) => {
    expect(await served({ style })).toEqual(expected);
  });

  it('is what a tier can be trusted with', async () => {
    expect(await served({ tiers: ['T1'] })).toEqual(['POST job-create']);
    expect(await served({ tiers: ['T1', 'T2'] })).toEqual(['POST job-create', 'POST jobs', 'GET jobs/a']);
  });

  it('ignores guessed members of a creation below their tier', async () => {
    const rig = await startRig({ tiers: ['T1'] });
    await rig.create('true', { copies: 5, instanceType: 'C.99x99' });
    expect(rig.site.jobs.size).toBe(1);
  });

  it('has a table of instance types', async () => {
    const rig = await startRig();
    const answer = await rig.call('GET', 'instance-types');
    expect(answer.json()).toMatchObject({
      success: true,
      instanceTypes: [
        { name: 'C.2x2', vcpus: 2, ram: 2048, disk: 10240 },
        { name: 'C.2x4', vcpus: 2, ram: 4096 },
        { name: 'C.4x4', vcpus: 4, ram: 4096 },
      ],
    });
    expect((await rig.call('POST', 'instance-types', {})).json()).toEqual(answer.json());
    expect((await rig.call('GET', 'instance-types', undefined, {})).json()['success']).toBe(false);
  });

  it('tells a wrong path from a refused call', async () => {
    const rig = await startRig();
    expect(await rig.call('POST', 'job-destroy', {})).toMatchObject({ status: 404, text: 'Not Found\n' });
    expect((await rig.raw('GET', '/jobs/a', undefined, BEARER)).status).toBe(404);
    expect((await rig.raw('GET', '/remotejobs/v1/jobs/a', undefined, BEARER)).status).toBe(404);
    const wrong = await rig.call('GET', 'job-create');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('bodies', () => {
  it.each(['application/x-www-form-urlencoded', 'text/plain', 'application/json; charset=utf-8'])(
    'are JSON whatever their type says, unless the server is strict: %s',
    async (type) => {
      const send = async (strict: boolean) => {
        const rig = await startRig({ strict });
        return (await rig.call('POST', 'job-create', jobBody(), { 'content-type': type })).json()['success'];
      };
      expect(await send(false)).toBe(true);
      expect(await send(true)).toBe(type.startsWith('application/json'));
    },
  );

  it('may come without a type, and with a byte order mark', async () => {
    const rig = await startRig();
    const bytes = new TextEncoder().encode(`\uFEFF${JSON.stringify(jobBody())}`);
    const response = await fetch(`${rig.emulator.url}${CHARITY_ENGINE_PREFIX}/job-create`, {
      method: 'POST',
      body: bytes,
    });
    expect(await response.json()).toMatchObject({ success: true });
  });

  it('of a strict job-create have all members of the sample', async () => {
    const rig = await startRig({ strict: true });
    const send = async (members: Record<string, unknown>) =>
      (await rig.call('POST', 'job-create', jobBody('true', members), {})).json()['success'];
    expect(await send({})).toBe(true);
    expect(await send({ hours: undefined })).toBe(false);
    expect(await send({ specs: undefined })).toBe(false);
    expect(await send({ specs: { vcpus: 1, ram: 512, disk: 512 } })).toBe(false);
    const resource = jobBody('true', { authenticator: undefined, specs: undefined, hours: undefined });
    expect((await rig.call('POST', 'jobs', resource)).json()['success']).toBe(true);
  });

  it('and headers hold the credential where a strict server looks for it', async () => {
    const rig = await startRig({ strict: true });
    const noKey = jobBody('true', { authenticator: undefined });
    expect(errorOf((await rig.call('POST', 'job-create', noKey, BEARER)).json())).toBe('no authenticator');
    expect(errorOf((await rig.call('POST', 'jobs', jobBody(), {})).json())).toBe('no authenticator');
  });

  it('are not endless', async () => {
    const rig = await startRig({ mutation: { failureStatus: 'http' } });
    const answer = await rig.call('POST', 'job-create', jobBody('x'.repeat(11_000_000)));
    expect(answer.status).toBe(413);
    expect(errorOf(answer.json())).toBe('Invalid input format');
  });
});

describe('known ids', () => {
  it('are those of the newest jobs, newest first, in the form of the wire', async () => {
    const rig = await startRig({ world: { jobsPerSite: 12 } });
    const ids = knownIds(rig.world, 3);
    expect(ids).toEqual(
      [...rig.site.jobs.keys()]
        .slice(-3)
        .reverse()
        .map((id) => id.replaceAll('-', '')),
    );
    const { jobs } = (await rig.call('GET', `jobs/${ids.join(',')}`)).json<{ jobs: object }>();
    expect(Object.keys(jobs).sort()).toEqual([...ids].sort());
    expect(knownIds(rig.world, 0)).toEqual([]);
    expect(knownIds(rig.world, 500)).toHaveLength(rig.site.jobs.size);
  });

  it('are told to people who develop against the sandbox, outside the API', async () => {
    const rig = await startRig({ world: { jobsPerSite: 30 } });
    const told = async (query: string) =>
      (await rig.raw('GET', `/_emulator/known-ids${query}`)).json()['ids'];
    expect(await told('?newest=2')).toEqual(knownIds(rig.world, 2));
    expect(await told('')).toEqual(knownIds(rig.world, 20));
    expect((await rig.raw('GET', '/_emulator/known-ids?newest=x')).status).toBe(400);
    expect((await rig.raw('GET', '/_emulator/other')).status).toBe(404);
  });
});
