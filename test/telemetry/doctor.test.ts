import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkData } from '../../src/cli/doctor/file-checks.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { checkKeySet, checkNetwork } from '../../src/cli/doctor/network-checks.ts';
import { checkNode, checkOpenFiles } from '../../src/cli/doctor/process-checks.ts';
import { formatFindings } from '../../src/cli/doctor/report.ts';
import { loadConfig } from '../../src/config/load.ts';
import { lockDirectory } from '../../src/live/log/file/lock.ts';
import { PROVIDER_KINDS } from '../../src/providers/kinds.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CANARY = 'canary-secret-4711';

let folder: string;
let sandbox: Sandbox;
const servers: Server[] = [];

beforeAll(async () => {
  sandbox = await startSandbox({ kinds: ['bacalhau', 'qarnot'] });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gridweave-doctor-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  for (const { faults } of sandbox.emulators.values()) faults.clear();
  await rm(folder, { recursive: true, force: true });
});

interface Examined {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function doctor(...args: string[]): Promise<Examined> {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1', HOST: '', PORT: '' };
    const command = ['--import', 'tsx', 'src/cli.ts', 'doctor', ...args];
    execFile(process.execPath, command, { cwd: ROOT, env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

async function serve(answer: (server: Server) => void): Promise<URL> {
  const server = createServer();
  servers.push(server);
  answer(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
}

const verdicts = (findings: readonly Finding[]): string[] =>
  findings.map(({ check, verdict }) => `${check} ${verdict}`);

describe('gridweave doctor', { timeout: 60_000 }, () => {
  it('finds nothing wrong where nothing is, and says so to people and to programs', async () => {
    const { emulators } = sandbox;
    const qarnot = emulators.get('qarnot')!.connection;
    await writeFile(join(folder, 'token'), qarnot.credential['token']!, { mode: 0o600 });
    const providers = [
      { key: 'lab', kind: 'bacalhau', url: emulators.get('bacalhau')!.connection.url },
      { key: 'qarnot', kind: 'qarnot', url: qarnot.url, credential: { token: { file: 'token' } } },
    ];
    const path = join(folder, 'gridweave.yaml');
    const data = { directory: join(folder, 'data') };
    await writeFile(path, JSON.stringify({ server: { port: 0 }, providers, data }), { mode: 0o600 });
    const { code, stdout } = await doctor('--config', path, '--json');
    const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Finding[] };
    expect(checks.filter(({ verdict }) => verdict === 'FAIL')).toEqual([]);
    expect([ok, code]).toEqual([true, 0]);
    const of = (subject: string) => verdicts(checks.filter((finding) => finding.subject === subject));
    expect(of('lab')).toEqual(['dns OK', 'tcp OK', 'clock OK', 'probe OK', 'permissions OK']);
    expect(checks.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['node', 'config', 'limits', 'config-file', 'secret', 'data']),
    );
    expect(stdout).not.toContain(qarnot.credential['token']!);
  });

  it('names what is wrong, says what to do, shows no secret, and ends with 1', async () => {
    await writeFile(join(folder, 'token'), CANARY);
    await chmod(join(folder, 'token'), 0o644);
    const qarnot = sandbox.emulators.get('qarnot')!.connection.url;
    const providers = [
      { key: 'gone', kind: 'bacalhau', url: 'http://127.0.0.1:9' },
      { key: 'refused', kind: 'qarnot', url: qarnot, credential: { token: { file: 'token' } } },
    ];
    const path = join(folder, 'gridweave.yaml');
    const audit = { file: join(folder, 'nowhere', 'audit.jsonl') };
    await writeFile(path, JSON.stringify({ providers, audit }), { mode: 0o600 });
    await chmod(path, 0o666);
    const { code, stdout, stderr } = await doctor('--config', path);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAIL +tcp +gone +No connection to 127\.0\.0\.1:9 \(ECONNREFUSED\)\.$/m);
    expect(stdout).toMatch(/^SKIPPED +clock +gone /m);
    expect(stdout).toMatch(/^SKIPPED +probe +gone /m);
    expect(stdout).toMatch(/^FAIL +probe +refused +UNAUTHENTICATED: /m);
    expect(stdout).toMatch(/^FAIL +audit-file /m);
    expect(stdout).toMatch(/^WARN +config-file /m);
    expect(stdout).toMatch(/^WARN +secret +refused token /m);
    expect(stdout).toContain(`chmod 600 ${join(folder, 'token')}`);
    expect(stdout).toMatch(/3 of \d+ checks failed\.\n$/);
    expect(stdout + stderr).not.toContain(CANARY);
  });

  it('goes as far as it can with a configuration that is wrong', async () => {
    const path = join(folder, 'gridweave.yaml');
    await writeFile(path, 'providers: [{ key: lab, kind: abacus }]');
    const { code, stdout } = await doctor('--config', path, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      checks: [
        { check: 'node', verdict: 'OK' },
        { check: 'config', verdict: 'FAIL', detail: expect.stringContaining('Unknown kind "abacus"') },
      ],
    });
  });
});

describe('clocks', () => {
  const clockAt = async (aheadMs: number): Promise<Finding> => {
    const url = await serve((server) =>
      server.on('request', (_request, response) => {
        response.sendDate = false;
        response
          .setHeader('Date', new Date(Date.now() + aheadMs).toUTCString())
          .writeHead(403)
          .end();
      }),
    );
    return (await checkNetwork('lab', url)).find(({ check }) => check === 'clock')!;
  };

  it.each([
    [0, 'OK', /agree/],
    [60_000, 'WARN', /(?:59|60|61) s ahead/],
    [-60_000, 'WARN', /(?:59|60|61) s behind/],
    [3_600_000, 'FAIL', /s ahead/],
  ])('%i ms ahead: %s', async (aheadMs, verdict, detail) => {
    const finding = await clockAt(aheadMs);
    expect(finding.verdict).toBe(verdict);
    expect(finding.detail).toMatch(detail);
  });
});

describe('networks', () => {
  it('says that there is no TLS where there is none', async () => {
    const url = await serve((server) => server.on('request', (_request, response) => response.end()));
    url.protocol = 'https:';
    expect(verdicts(await checkNetwork('lab', new URL(`https://${url.host}`)))).toEqual([
      'dns OK',
      'tcp OK',
      'tls FAIL',
      'clock SKIPPED',
    ]);
  });

  it('says that a name is not found', async () => {
    const findings = await checkNetwork('lab', new URL('http://provider.invalid/'));
    expect(verdicts(findings)).toEqual(['dns FAIL', 'tcp SKIPPED', 'clock SKIPPED']);
  });

  it.each([
    [200, '{"keys":[{"kty":"RSA"}]}', 'OK'],
    [200, '{"keys":[]}', 'FAIL'],
    [200, 'no JSON', 'FAIL'],
    [404, '{"keys":[{}]}', 'FAIL'],
  ])('judges a set of keys: %i %s', async (status, body, verdict) => {
    const url = await serve((server) =>
      server.on('request', (_request, response) => response.writeHead(status).end(body)),
    );
    expect((await checkKeySet('issuer', url)).verdict).toBe(verdict);
  });
});

describe('the process and its files', () => {
  const config = (sections: object = {}) =>
    loadConfig({
      text: JSON.stringify({ providers: [{ key: 'q', kind: 'qarnot' }], ...sections }),
      env: {},
      kinds: PROVIDER_KINDS,
    });

  it('knows which Node is too old', () => {
    expect(['20.18.3', '18.20.0', '20.19.0', '24.1.0'].map((version) => checkNode(version).verdict)).toEqual([
      'FAIL',
      'FAIL',
      'OK',
      'OK',
    ]);
  });

  it('compares the limit of open files with what may be needed', async () => {
    const limited = (soft: string) => () =>
      Promise.resolve(`Limit  Soft Limit  Hard Limit  Units\nMax open files  ${soft}  524288  files\n`);
    const judge = async (soft: string): Promise<string> =>
      (await checkOpenFiles(config({ live: { maxConnections: 1_000 } }), limited(soft))).verdict;
    expect([await judge('1024'), await judge('4096'), await judge('unlimited')]).toEqual([
      'WARN',
      'OK',
      'OK',
    ]);
    expect((await checkOpenFiles(config(), () => Promise.reject(new Error('none')))).verdict).toBe('SKIPPED');
  });

  it('sees who holds the data directory, and does not take it', async () => {
    const events = join(folder, 'events');
    await mkdir(events, { mode: 0o700 });
    const lock = await lockDirectory(events, () => {});
    try {
      const held = await checkData(config({ data: { directory: folder } }));
      expect(verdicts(held)).toEqual(['data OK', 'disk OK', 'lock WARN']);
      expect(held[2]!.detail).toContain(`process ${String(process.pid)}`);
    } finally {
      await lock.release();
    }
    expect(verdicts(await checkData(config({ data: { directory: folder } })))).toEqual([
      'data OK',
      'disk OK',
    ]);
  });

  it('lets no control character of anybody through', () => {
    const finding: Finding = { check: 'probe', subject: 'a\u001b[2J', verdict: 'FAIL', detail: 'x\ny', fix: 'z\u0007' }; // prettier-ignore
    const text = formatFindings([finding], false);
    for (const control of ['\u001b', '\u0007']) expect(text).not.toContain(control);
    expect(text).toContain('x y');
  });
});
