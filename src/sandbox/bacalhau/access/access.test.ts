import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { JOBS, jobBody, NODES, startRig } from '../../../../test/support/bacalhau-emulator.ts';
import type { BacalhauAuth } from './gate.ts';

const USERS: BacalhauAuth = {
  mode: 'users',
  apiKeys: {
    'reader-key-000000000000': ['read:*'],
    'writer-key-000000000000': ['write:job'],
    'root-key-00000000000000': ['*'],
  },
  basic: { Ci: { password: 'pass:word', capabilities: ['read:job'] } },
};
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

describe('users', () => {
  test('nobody gets in without a credential, and the answer hides the version', async () => {
    const rig = await startRig({ auth: USERS });
    const answer = await rig.get(JOBS, { 'x-request-id': 'r-1' });
    expect(answer.json()).toEqual({
      Status: 401,
      Message: 'Request Unauthorized',
      RequestID: 'r-1',
      Code: 'Unauthorized',
      Component: 'Authorizer',
      Hint: expect.any(String),
      Details: { reason: 'Missing Authorization header' },
    });
    expect(answer.headers.get('www-authenticate')).toBeNull();
    expect(answer.headers.get('x-bacalhau-git-version')).toBeNull();
    expect(answer.headers.get('x-request-id')).toBe('r-1');
    expect((await rig.get('/api/v1/nowhere')).status).toBe(401);
  });

  test('wrong keys, passwords and schemes', async () => {
    const rig = await startRig({ auth: USERS });
    const reason = async (headers: Record<string, string>) =>
      (await rig.get(JOBS, headers)).json<{ Details: { reason: string } }>().Details.reason;
    expect(await reason(bearer('wrong'))).toBe('invalid API key');
    // The reasons that 1.9.3 gives.
    expect(await reason(basic('ci', 'wrong'))).toBe('invalid basic auth credentials');
    expect(await reason(basic('nobody', 'wrong'))).toBe('invalid basic auth credentials');
    expect(await reason({ authorization: 'Basic !!!' })).toBe('failed to decode basic auth credentials');
    for (const authorization of ['bearer reader-key-000000000000', 'Digest x']) {
      expect(await reason({ authorization })).toBe('unsupported authentication method');
    }
    expect(await reason(bearer('eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln'))).toBe(
      'OAuth2 authentication not configured on server',
    );
  });

  test('capabilities: reading and writing, by resource', async () => {
    const rig = await startRig({ auth: USERS });
    const reader = bearer('reader-key-000000000000');
    const writer = bearer('writer-key-000000000000');
    expect((await rig.get(JOBS, reader)).status).toBe(200);
    expect((await rig.get(NODES, reader)).status).toBe(200);
    expect((await rig.get(JOBS, writer)).status).toBe(403);
    expect((await rig.call('PUT', JOBS, { Job: jobBody() }, writer)).status).toBe(200);
    expect((await rig.get(JOBS, basic('cI', 'pass:word'))).status).toBe(200);
    const refused = await rig.call('PUT', JOBS, { Job: jobBody() }, basic('ci', 'pass:word'));
    expect(refused.json()).toEqual({
      Status: 403,
      Message: 'Request Forbidden',
      RequestID: '',
      Code: 'Forbidden',
      Component: 'Authorizer',
      Hint: expect.any(String),
      Details: { reason: "user 'Ci' does not have the required capability 'write:job'" },
    });
    expect((await rig.get('/api/v1/nowhere', reader)).status).toBe(403);
    expect((await rig.get('/api/v1/nowhere', bearer('root-key-00000000000000'))).status).toBe(404);
  });

  test('what stays open', async () => {
    const rig = await startRig({ auth: USERS });
    for (const path of ['alive', 'version', 'authconfig']) {
      expect((await rig.get(`/api/v1/agent/${path}`)).status).toBe(200);
    }
    expect((await rig.get('/api/v1/auth')).json()).toEqual({ NextToken: '', Methods: {} });
    expect((await rig.get('/api/v1/agent/node')).status).toBe(401);
  });

  test('1.7 says it in other words', async () => {
    const rig = await startRig({ auth: USERS, version: '1.7.0' });
    expect((await rig.get(JOBS)).json()).toMatchObject({
      Status: 401,
      Code: 'InternalError',
      Message: 'Invalid token. Missing Authorization header',
    });
    expect((await rig.get(JOBS, bearer('writer-key-000000000000'))).json()).toMatchObject({
      Status: 403,
      Message: expect.stringMatching(/^Access denied\. /),
    });
  });

  test('no secret in any answer', async () => {
    const rig = await startRig({ auth: USERS });
    const answer = await rig.get(JOBS, bearer('writer-key-000000000000'));
    expect(answer.text).not.toContain('writer-key');
  });

  test('there are none before 1.7', async () => {
    await expect(startRig({ auth: USERS, version: '1.6.0' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});

test('an expired credential is a 401, on an open server too', async () => {
  const rig = await startRig();
  rig.emulator.faults.set('expired', { effect: { kind: 'unauthorized' } });
  expect((await rig.get(JOBS)).json()).toMatchObject({
    Status: 401,
    Details: { reason: 'token has expired' },
  });
});

describe('the legacy handshake', () => {
  test('is advertised by an open server', async () => {
    const rig = await startRig();
    const { Methods } = await rig.read<{ Methods: Record<string, unknown> }>('/api/v1/auth');
    expect(Methods['clientkey']).toEqual(await rig.read('/api/v1/auth/clientkey'));
    expect(Methods['clientkey']).toMatchObject({ type: 'challenge' });
    // Names are compared with their case, and an unknown one is an unknown path (seen on 1.9.3).
    for (const name of ['none', 'ClientKey']) {
      expect((await rig.get(`/api/v1/auth/${name}`)).json()).toMatchObject({
        Status: 404,
        Code: 'NotFound',
        Component: 'APIServer',
      });
    }
  });

  test('gives a token for a signature', async () => {
    const rig = await startRig();
    const { params } = await rig.read<{ params: { InputPhrase: string } }>('/api/v1/auth/clientkey');
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const phrase = Buffer.from(params.InputPhrase, 'base64');
    const document = (signature: Buffer) => ({
      PhraseSignature: signature.toString('base64'),
      PublicKey: publicKey.export({ type: 'pkcs1', format: 'der' }).toString('base64'),
    });
    const post = (data: unknown) =>
      rig.call('POST', '/api/v1/auth/clientkey', {
        Name: 'clientkey',
        MethodData: Buffer.from(JSON.stringify(data)).toString('base64'),
      });
    const granted = await post(document(sign('sha256', phrase, privateKey)));
    expect(granted.json()).toEqual({
      Authentication: { success: true, token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) },
    });
    const refused = await post(document(sign('sha256', Buffer.from('other'), privateKey)));
    expect(refused.status).toBe(401);
    expect(refused.json()).toMatchObject({ Authentication: { success: false } });
    // Seen on 1.9.3: a document without a key is refused, one that is no object is a 500, no base64 is a 400.
    expect((await post({})).json()).toMatchObject({ Authentication: { success: false } });
    expect((await post({})).status).toBe(401);
    expect((await post('nonsense')).json()).toMatchObject({ Status: 500, Component: 'APIServer' });
    const raw = await rig.call('POST', '/api/v1/auth/clientkey', { MethodData: '!!!' });
    const cause = 'illegal base64 data at input byte 0';
    expect(raw.json()).toMatchObject({
      Status: 400,
      Message: `code=400, message=${cause}, internal=${cause}`,
    });
  });
});
