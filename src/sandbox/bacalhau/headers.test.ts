import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { JOBS, jobBody, startRig } from '../../../test/support/bacalhau-emulator.ts';
import { BACALHAU_FAULTS } from './faults.ts';

test('every answer echoes or makes a request id, and names the version once the gate is passed', async () => {
  const rig = await startRig();
  const echoed = await rig.get('/api/v1/agent/alive', { 'x-request-id': 'adapter-7f3c' });
  expect(echoed.headers.get('x-request-id')).toBe('adapter-7f3c');
  expect(echoed.headers.get('x-bacalhau-git-version')).toBe('v1.9.3');
  expect(echoed.headers.get('x-bacalhau-git-commit')).toMatch(/^[0-9a-f]{40}$/);
  expect(echoed.headers.get('x-bacalhau-build-os')).toBe('linux');
  expect(echoed.headers.get('x-bacalhau-arch')).toBe('amd64');
  // As Go prints a time (seen on 1.9.3).
  expect(echoed.headers.get('x-bacalhau-build-date')).toBe('2026-08-09 10:00:00 +0000 UTC');
  expect(echoed.headers.get('vary')).toBe('Origin');
  expect(echoed.headers.get('content-type')).toBe('application/json');
  const made = await rig.get('/api/v1/agent/alive');
  expect(made.headers.get('x-request-id')).toHaveLength(32);
});

test('an error copies the id of the request only, and names the version, too', async () => {
  const rig = await startRig();
  const silent = await rig.get(`${JOBS}/nothing`);
  expect(silent.json()).toEqual({
    Status: 404,
    Message: 'job not found: nothing',
    RequestID: '',
    Code: 'NotFound',
    Component: 'JobStore',
  });
  expect(silent.headers.get('x-request-id')).toHaveLength(32);
  const named = await rig.get(`${JOBS}/nothing`, { 'x-request-id': 'adapter-7f3c' });
  expect(named.json()).toMatchObject({ RequestID: 'adapter-7f3c' });
  expect(named.headers.get('x-bacalhau-git-version')).toBe('v1.9.3');
});

test('bodies end with a newline, escape HTML, and are indented when asked', async () => {
  const rig = await startRig();
  const id = await rig.submit({ Labels: { note: 'a<b>&c' } }, 'echo "1 < 2" && true');
  const plain = await rig.get(`${JOBS}/${id}`);
  expect(plain.text.endsWith('}\n')).toBe(true);
  expect(plain.text).toContain(String.raw`"note":"a\u003cb\u003e\u0026c"`);
  expect(plain.text).not.toMatch(/[<>&]/);
  const pretty = await rig.get(`${JOBS}/${id}?pretty`);
  expect(pretty.text).toContain('{\n  "Job": {\n    "ID"');
  expect(JSON.parse(pretty.text)).toEqual(JSON.parse(plain.text));
  expect((await rig.get(`${JOBS}/none?pretty`)).text).toContain('\n  "Status": 404,');
});

test('times are nanoseconds with digits of their own, written as bare numbers', async () => {
  const rig = await startRig();
  for (let i = 0; i < 20; i++) await rig.submit();
  const { text } = await rig.get(JOBS);
  const digits = [...text.matchAll(/"CreateTime":(\d+)/g)].map((match) => match[1] ?? '');
  expect(digits).toHaveLength(20);
  expect(new Set(digits).size).toBe(20);
  for (const digit of digits) {
    expect(digit).toMatch(/^17\d{17}$/);
    expect(digit).not.toMatch(/000$/);
    expect(BigInt(digit) / 1_000_000n).toBe(BigInt(rig.clock.now()));
  }
  expect(digits.some((digit) => BigInt(Number(digit)) !== BigInt(digit))).toBe(true);
});

test('a skewed clock shifts every time of the answer by the same amount', async () => {
  const rig = await startRig();
  const id = await rig.submit();
  const before = (await rig.get(`${JOBS}/${id}`)).text;
  rig.emulator.faults.set('skew', { effect: { kind: 'clock-skew', ms: -90_000 } });
  const after = (await rig.get(`${JOBS}/${id}`)).text;
  const time = (text: string): bigint => BigInt(/"CreateTime":(\d+)/.exec(text)?.[1] ?? 0);
  expect(time(after) - time(before)).toBe(-90_000_000_000n);
});

test('CORS: only for requests with an origin; a preflight is the same for every path (seen on 1.9.3)', async () => {
  const rig = await startRig();
  expect((await rig.get(JOBS)).headers.get('access-control-allow-origin')).toBeNull();
  const origin = { origin: 'http://ui.example' };
  expect((await rig.get(JOBS, origin)).headers.get('access-control-allow-origin')).toBe('*');
  const preflight = await rig.call('OPTIONS', JOBS, undefined, {
    ...origin,
    'access-control-request-method': 'PUT',
    'access-control-request-headers': 'content-type,authorization',
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-methods')).toBe('GET,HEAD,PUT,PATCH,POST,DELETE');
  for (const absent of ['allow', 'x-request-id', 'x-bacalhau-git-version']) {
    expect(preflight.headers.get(absent)).toBeNull();
  }
  expect((await rig.call('OPTIONS', '/nowhere', undefined, origin)).status).toBe(204);
  const plain = await rig.call('OPTIONS', JOBS);
  expect([plain.status, plain.headers.get('access-control-allow-methods')]).toEqual([204, null]);
  expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type,authorization');
  expect(preflight.headers.get('access-control-expose-headers')).toBeNull();
  expect(preflight.headers.get('access-control-max-age')).toBeNull();
});

test('ten million bytes are read, one more is a 413 without version headers (seen on 1.9.3)', async () => {
  const rig = await startRig();
  const send = (size: number) =>
    new Promise<{ status: number | undefined; headers: IncomingHttpHeaders; text: string }>(
      (resolve, reject) => {
        const body = `{"Job":{}}${' '.repeat(size - 10)}`;
        const call = request(`${rig.emulator.url}${JOBS}`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json', 'content-length': body.length },
        });
        call.on('response', (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
        });
        call.on('error', reject);
        call.end(body);
      },
    );
  const fits = await send(10_000_000);
  expect([fits.status, JSON.parse(fits.text)]).toMatchObject([
    400,
    { Message: 'missing job type\nmissing job tasks' },
  ]);
  const big = await send(10_000_001);
  expect(big.status).toBe(413);
  expect(big.headers['x-bacalhau-git-version']).toBeUndefined();
  expect(big.headers.connection).toBe('close');
  expect(JSON.parse(big.text)).toMatchObject({ Code: 'InternalError', Component: 'APIServer' });
});

test('a chunked body trips the authoriser, unless there are users (seen on 1.9.3)', async () => {
  const rig = await startRig();
  const refused = await putChunked(rig.emulator.url);
  expect([refused.status, refused.body]).toEqual([
    500,
    {
      Status: 500,
      Message: 'unexpected authorization error',
      RequestID: '',
      Code: 'InternalError',
      Component: 'Authorizer',
      Hint: expect.any(String),
    },
  ]);
  expect(refused.version).toBeUndefined();
  expect(rig.site.jobs.size).toBe(0);
  const guarded = await startRig({ auth: { mode: 'users', apiKeys: { 'root-key-000000000000': ['*'] } } });
  const taken = await putChunked(guarded.emulator.url, { authorization: 'Bearer root-key-000000000000' });
  expect(taken.status).toBe(200);
});

function putChunked(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number | undefined; version: unknown; body: unknown }> {
  return new Promise((resolve, reject) => {
    const call = request(`${url}${JOBS}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked', ...headers },
    });
    call.on('response', (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          version: response.headers['x-bacalhau-git-version'],
          body: JSON.parse(body) as unknown,
        }),
      );
    });
    call.on('error', reject);
    call.write(JSON.stringify({ Job: jobBody() }));
    call.end();
  });
}

test('old and unreadable client versions are refused in a shape of their own', async () => {
  const rig = await startRig();
  const call = (version: string) => rig.get(JOBS, { 'x-bacalhau-git-version': version });
  const old = await call('v1.3.2');
  expect(old.status).toBe(403);
  // The words are those of 1.9.3, too.
  expect(old.json()).toEqual({
    Error: 'Client version is outdated. Update your client',
    MinVersion: '1.4.0',
    ClientVersion: '1.3.2',
    ServerVersion: '1.9.3',
  });
  const odd = await call('latest');
  expect(odd.status).toBe(400);
  expect(Object.keys(odd.json<object>())).toEqual(['Error']);
  for (const fine of ['v1.8.0', 'v0.0.0', 'v0.0.0-abcdef1']) expect((await call(fine)).status).toBe(200);
});

test('legacy paths redirect from 1.7 on', async () => {
  const rig = await startRig();
  for (const [from, to] of [
    ['/', 'version'],
    ['/version', 'version'],
    ['/livez', 'alive'],
  ]) {
    const answer = await rig.get(from ?? '');
    expect([answer.status, answer.headers.get('location')]).toEqual([301, `/api/v1/agent/${to}`]);
    expect([answer.text, answer.headers.get('x-bacalhau-git-version')]).toEqual(['', 'v1.9.3']);
  }
  expect((await (await startRig({ version: '1.6.0' })).get('/livez')).status).toBe(404);
});

test('the prepared faults answer as the provider does', async () => {
  const rig = await startRig();
  rig.emulator.faults.set('limit', BACALHAU_FAULTS.rateLimited);
  const limited = await rig.get(JOBS);
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, null]);
  expect(limited.json()).toMatchObject({ Message: 'rate limit exceeded', Component: 'APIServer' });
  rig.emulator.faults.clear();
  rig.emulator.faults.set('timeout', BACALHAU_FAULTS.serverTimeout);
  const late = await rig.get(JOBS);
  expect([late.status, late.text]).toEqual([503, 'Server Timeout!']);
  expect(late.headers.get('content-type')).toContain('text/plain');
  rig.emulator.faults.clear();
  rig.emulator.faults.set('lost', BACALHAU_FAULTS.lostAnswer);
  await expect(rig.call('PUT', JOBS, { Job: jobBody({ Name: 'once' }) })).rejects.toThrow('fetch failed');
  const again = await rig.call('PUT', JOBS, { Job: jobBody({ Name: 'once' }) });
  expect(again.json()).toMatchObject({ Status: 500, Code: '', Component: 'Bacalhau' });
  expect(rig.site.jobs.size).toBe(1);
});
