import { fetch } from 'undici';
import { describe, expect, it } from 'vitest';
import type { RunaiRig } from '../../../../test/support/runai-client.ts';
import { START, startRunaiRig } from '../../../../test/support/runai-client.ts';
import { SANDBOX_CLIENT_ID as ID, SANDBOX_CLIENT_SECRET as SECRET } from '../emulator.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded', authorization: '' };
const KEYCLOAK = '/auth/realms/runai/protocol/openid-connect/token';

function form(fields: Record<string, string>): string {
  return new URLSearchParams(fields).toString();
}

function claimsOf(token: string): Record<string, unknown> {
  const parts = token.split('.');
  expect(parts).toHaveLength(3);
  for (const part of parts) expect(part).toMatch(/^[A-Za-z0-9_-]+$/);
  return JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}

async function withBearer(rig: RunaiRig, bearer: string, path = '/api/v1/clusters'): Promise<number> {
  return (await rig.call('GET', path, undefined, { authorization: bearer })).status;
}

describe('POST /api/v1/token', () => {
  it.each([
    { grantType: 'client_credentials', clientID: ID, clientSecret: SECRET },
    { grantType: 'app_token', appID: ID, appSecret: SECRET },
    { grantType: 'app_token', AppId: ID, AppSecret: SECRET },
    { GRANTTYPE: 'app_token', clientId: ID, clientsecret: SECRET },
  ])('takes its members in any case: %j', async (body) => {
    const rig = await startRunaiRig();
    const answer = await rig.call('POST', '/api/v1/token', body, { authorization: '' });
    expect(answer.status).toBe(200);
    const tokens = answer.json<Record<string, string>>();
    expect(Object.keys(tokens)).toEqual(['accessToken', 'idToken', 'refreshToken', 'expiresIn']);
    expect(tokens['expiresIn']).toBe(3600);
    expect(claimsOf(tokens['accessToken'] ?? '')).toMatchObject({
      iat: START / 1000,
      exp: START / 1000 + 3600,
    });
    expect(await withBearer(rig, `Bearer ${tokens['accessToken']}`)).toBe(200);
  });

  it('tells an unsupported grant, a missing member and a wrong secret from each other', async () => {
    const rig = await startRunaiRig();
    const message = async (body: unknown): Promise<unknown> => {
      const answer = await rig.call('POST', '/api/v1/token', body);
      expect(answer.status).toBe(400);
      expect(answer.json()).toMatchObject({ code: 400 });
      return answer.json()['message'];
    };
    expect(await message({ grantType: 'magic' })).toBe('Unsupported grant type: magic');
    expect(await message({})).toBe('Required parameter is missing: grantType');
    expect(await message({ grantType: 'app_token', appID: ID })).toContain('Required parameter');
    expect(await message({ grantType: 'app_token', appID: ID, appSecret: 'no' })).toBe(
      'Invalid client credentials',
    );
    expect(await message('{')).toContain('JSON');
  });

  it('can refuse with 401, which some releases may do', async () => {
    const rig = await startRunaiRig({ refusedLoginStatus: 401 });
    const body = { grantType: 'app_token', appID: 'who', appSecret: SECRET };
    expect((await rig.call('POST', '/api/v1/token', body)).status).toBe(401);
  });

  it('says expiresIn from 2.24 on only, and can leave it out', async () => {
    const body = { grantType: 'app_token', appID: ID, appSecret: SECRET };
    for (const options of [{ version: '2.23' }, { omitExpiresIn: true }] as const) {
      const rig = await startRunaiRig(options);
      expect((await rig.call('POST', '/api/v1/token', body)).json()).not.toHaveProperty('expiresIn');
    }
  });

  it('refreshes', async () => {
    const rig = await startRunaiRig();
    const first = await rig.call('POST', '/api/v1/token', {
      grantType: 'app_token',
      appID: ID,
      appSecret: SECRET,
    });
    const { refreshToken, accessToken } = first.json<Record<string, string>>();
    const refresh = (token: unknown, clientID: string) =>
      rig.call('POST', '/api/v1/token', { grantType: 'refresh_token', refreshToken: token, clientID });
    const again = await refresh(refreshToken, ID);
    expect(again.status).toBe(200);
    expect(again.json<Record<string, string>>()['accessToken']).not.toBe(accessToken);
    expect((await refresh(accessToken, ID)).status).toBe(400);
    expect((await refresh(refreshToken, 'other')).status).toBe(400);
    expect(await withBearer(rig, `Bearer ${refreshToken}`)).toBe(401);
  });
});

describe('POST /api/v2/token', () => {
  it('is a form, and answers in the words of RFC 6749', async () => {
    const rig = await startRunaiRig({ tokenLifetimeMs: 2000 });
    const body = form({ grant_type: 'client_credentials', client_id: ID, client_secret: SECRET });
    const answer = await rig.call('POST', '/api/v2/token', body, FORM);
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ token_type: 'Bearer', expires_in: 2 });
    expect(await withBearer(rig, `Bearer ${answer.json<Record<string, string>>()['access_token']}`)).toBe(
      200,
    );
  });

  it.each([
    [{ grant_type: 'client_credentials', client_id: ID, client_secret: 'no' }, 401, 'invalid_client'],
    [{ grant_type: 'client_credentials' }, 401, 'invalid_client'],
    [{ grant_type: 'password', username: 'a', password: 'b' }, 400, 'invalid_grant'],
    [{ grant_type: 'magic' }, 400, 'unsupported_grant_type'],
    [{}, 400, 'invalid_request'],
  ])('refuses %j', async (fields, status, error) => {
    const rig = await startRunaiRig();
    const answer = await rig.call('POST', '/api/v2/token', form(fields), FORM);
    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject({ error });
    expect(answer.json()).not.toHaveProperty('code');
  });

  it('does not read JSON', async () => {
    const rig = await startRunaiRig();
    const answer = await rig.call('POST', '/api/v2/token', { grant_type: 'client_credentials' });
    expect(answer.json()).toMatchObject({ error: 'invalid_request' });
  });

  it('is an open 404 before 2.24: that is how releases are told apart', async () => {
    const rig = await startRunaiRig({ version: '2.23' });
    const answer = await rig.call('POST', '/api/v2/token', '', { authorization: '' });
    expect(answer.status).toBe(404);
    expect(answer.json()).toEqual({ code: 404, message: 'page not found' });
  });
});

describe('older exchanges', () => {
  it('Keycloak, with the id token when the scope is openid', async () => {
    const rig = await startRunaiRig();
    const fields = { grant_type: 'client_credentials', client_id: ID, client_secret: SECRET };
    const answer = await rig.call('POST', KEYCLOAK, form({ ...fields, scope: 'openid' }), FORM);
    expect(answer.json()).toMatchObject({ expires_in: 3600, token_type: 'Bearer', refresh_expires_in: 0 });
    const { access_token: access, id_token: id } = answer.json<Record<string, string>>();
    expect(claimsOf(access ?? '')['typ']).toBe('Bearer');
    expect(claimsOf(id ?? '')['typ']).toBe('ID');
    expect((await rig.call('POST', KEYCLOAK, form(fields), FORM)).json()).not.toHaveProperty('id_token');
    const wrong = await rig.call('POST', KEYCLOAK, form({ ...fields, client_secret: 'no' }), FORM);
    expect(wrong.status).toBe(401);
    expect(wrong.json()).toHaveProperty('error');
    expect((await rig.call('POST', KEYCLOAK.replace('runai', 'other'), form(fields), FORM)).status).toBe(404);
  });

  it('the application token', async () => {
    const rig = await startRunaiRig();
    const path = '/v1/k8s/auth/oauth/apptoken';
    const answer = await rig.call('POST', path, { id: 'x', name: ID, secret: SECRET });
    expect(Object.keys(answer.json())).toEqual(['access_token', 'id_token']);
    expect((await rig.call('POST', path, { id: 'x', name: ID, secret: 'no' })).status).toBe(400);
  });

  it('client_credentials at /api/v1/token came with 2.20', async () => {
    const body = { grantType: 'client_credentials', clientID: ID, clientSecret: SECRET };
    const old = await startRunaiRig({ version: '2.19' });
    expect((await old.call('POST', '/api/v1/token', body)).json()['message']).toContain('Unsupported');
    const newer = await startRunaiRig({ version: '2.20' });
    expect((await newer.call('POST', '/api/v1/token', body)).status).toBe(200);
  });
});

describe('bearers', () => {
  it('are asked for everywhere, also where nothing is', async () => {
    const rig = await startRunaiRig();
    for (const path of ['/api/v1/clusters', '/api/v1/nothing']) {
      const answer = await rig.call('GET', path, undefined, { authorization: '' });
      expect(answer.status).toBe(401);
      expect(answer.json()).toEqual({ code: 401, message: 'Authorization header is missing.' });
    }
  });

  it('refuses foreign, forged and bare tokens', async () => {
    const [rig, other] = [await startRunaiRig(), await startRunaiRig()];
    const [mine, foreign] = [await rig.token(), await other.token()];
    expect(await withBearer(rig, `Bearer ${mine}`)).toBe(200);
    expect(await withBearer(rig, mine)).toBe(401);
    expect(await withBearer(rig, `Bearer ${foreign}`)).toBe(401);
    expect(await withBearer(rig, `Bearer ${mine.slice(0, -4)}aaaa`)).toBe(401);
    expect(await withBearer(rig, 'Bearer x.y.z')).toBe(401);
  });

  it('expire with the clock', async () => {
    const rig = await startRunaiRig({ tokenLifetimeMs: 2000 });
    const token = await rig.token();
    rig.pass(1999);
    expect(await withBearer(rig, `Bearer ${token}`)).toBe(200);
    rig.pass(1);
    const answer = await rig.call('GET', '/api/v1/clusters', undefined, { authorization: `Bearer ${token}` });
    expect(answer.status).toBe(401);
    expect(answer.json()['message']).toBe('Token is expired.');
    expect(await withBearer(rig, `Bearer ${await rig.token()}`)).toBe(200);
  });

  it('are expired while the fault says so', async () => {
    const rig = await startRunaiRig();
    rig.emulator.faults.set('expired', { times: 1, effect: { kind: 'unauthorized' } });
    expect(await rig.status('/api/v1/clusters')).toBe(401);
    expect(await rig.status('/api/v1/clusters')).toBe(200);
  });
});

describe('roles', () => {
  const clients = [
    { clientId: 'nobody', clientSecret: 's', projects: [] },
    { clientId: 'vision-bot', clientSecret: 's', projects: ['vision'] },
  ];

  it('a credential without any gets 403', async () => {
    const rig = await startRunaiRig({ clients });
    const answer = await rig.call('GET', '/api/v1/workloads', undefined, {
      authorization: `Bearer ${await rig.token('nobody', 's')}`,
    });
    expect(answer.status).toBe(403);
    expect(answer.json()).toEqual({ code: 403, message: 'You do not have sufficient permissions.' });
  });

  it('lists silently show only what they reach', async () => {
    const rig = await startRunaiRig({ clients });
    const [seen, hidden] = [await rig.create({ project: 'vision' }), await rig.create({ project: 'nlp' })];
    const authorization = `Bearer ${await rig.token('vision-bot', 's')}`;
    const get = async (path: string) => rig.call('GET', path, undefined, { authorization });
    const { workloads } = (await get('/api/v1/workloads')).json<{ workloads: { id: string }[] }>();
    expect(workloads.map(({ id }) => id)).toEqual([seen]);
    expect((await get(`/api/v1/workloads/${hidden}`)).status).toBe(404);
    const { projects } = (await get('/api/v1/org-unit/projects')).json<{ projects: { name: string }[] }>();
    expect(projects.map(({ name }) => name)).toEqual(['vision']);
    const body = {
      name: 'x',
      projectId: await rig.projectId('nlp'),
      clusterId: rig.clusterId,
      spec: { image: 'a' },
    };
    expect((await rig.call('POST', '/api/v1/workloads/trainings', body, { authorization })).status).toBe(403);
  });
});

it('takes other credentials than the sandbox has by default', async () => {
  const rig = await startRunaiRig({ clientId: 'mine', clientSecret: 'own' });
  expect(await rig.status('/api/v1/clusters')).toBe(200);
  const body = JSON.stringify({ grantType: 'app_token', appID: ID, appSecret: SECRET });
  expect((await fetch(`${rig.emulator.url}/api/v1/token`, { method: 'POST', body })).status).toBe(400);
});
