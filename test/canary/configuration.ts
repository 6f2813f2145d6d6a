import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AUDIENCE, ISSUER } from '../auth/token-issuer.ts';
import type { RememberedJob } from '../../src/sandbox/charity-engine/known-ids.ts';
import type { Secrets } from './secrets.ts';

/** Where each provider is reached, by its key. */
export type Urls = Readonly<Record<string, string>>;

export interface ConfigurationOptions {
  readonly folder: string;
  readonly secrets: Secrets;
  readonly urls: Urls;
  readonly keySetUrl: string;
  readonly gridJobs: readonly RememberedJob[];
}

/** A configuration on the disk: its secrets are in files and in the environment. */
export interface Configuration {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  readonly dataDirectory: string;
  readonly auditFile: string;
  /** Puts another text in the place of the file. */
  write(text: string): Promise<void>;
  /** Puts another secret in the place of that of "lab". */
  rotate(): Promise<void>;
  readonly text: string;
}

const EVERYTHING = [{ scopes: ['admin', 'read', 'submit', 'operate'] }];
const READ = [{ scopes: ['read'] }];

/** Nobody waits for anybody, nothing is cut off, and every call is made. */
const CALLS = {
  timeoutMs: 5_000,
  freshnessMs: 0,
  rate: { perSecond: 10_000, burst: 100_000 },
  retry: { retries: 0 },
  breaker: { windowSize: 10_000, minimumCalls: 10_000, failureRatio: 1 },
};

export async function writeConfiguration(options: ConfigurationOptions): Promise<Configuration> {
  const { folder, secrets, urls, keySetUrl, gridJobs } = options;
  const env: Record<string, string> = {};
  const viaEnv = (name: string, secret: string): object => {
    env[name] = secret;
    return { env: name };
  };
  await mkdir(join(folder, 'secrets'), { mode: 0o700 });
  const files: [name: string, secret: string][] = [];
  const viaFile = (name: string, secret: string): object => {
    files.push([name, secret]);
    return { file: `secrets/${name}` };
  };
  const members = (name: string, credential: Readonly<Record<string, string>>): object =>
    Object.fromEntries(
      Object.entries(credential).map(([member, secret], i) => {
        // By turns, so that every form comes both ways.
        const from = i % 2 === 0 ? viaEnv(`${name}_${member}`.toUpperCase().replaceAll('-', '_'), secret) : viaFile(`${name}-${member}`, secret); // prettier-ignore
        return [member, from];
      }),
    );
  const provider = (key: string, kind: string, more: object): object => ({ key, kind, url: urls[key], ...CALLS, ...more }); // prettier-ignore
  const jobs = gridJobs.map(({ submittedAt, ...job }) => ({ ...job, submittedAt: new Date(submittedAt).toISOString() })); // prettier-ignore
  const { echoes } = secrets;
  const configuration = {
    server: { port: 0, allowedOrigins: ['https://console.example.org'], drainMs: 2_000 },
    log: { level: 'trace' },
    metrics: { port: 0 },
    limits: { requestTimeoutMs: 8_000, costPerMinute: 0, requestsPerSecond: 0 },
    data: { directory: join(folder, 'data') },
    audit: { file: join(folder, 'audit.jsonl') },
    act: { timeoutMs: 1_000 },
    live: { hotMs: 200, warmMs: 200, lingerMs: 200, bookmarkEveryMs: 500 },
    providers: [
      provider('lab', 'bacalhau', {
        credential: { apiKey: viaFile('lab', secrets.lab.apiKey) },
        callerCredential: { headers: { apiKey: 'x-lab-key' } },
      }),
      provider('basic', 'bacalhau', {
        credential: members('basic', secrets.basic),
        tenants: {
          acme: members('acme-basic', secrets.acmeBasic),
          umbra: members('umbra-basic', secrets.umbraBasic),
        },
      }),
      provider('cloud', 'qarnot', {
        credential: members('cloud', secrets.cloud),
        tenants: { acme: { token: viaFile('acme-cloud', secrets.acmeCloud.token) } },
      }),
      provider('gpu', 'runai', {
        credential: members('gpu', secrets.gpu),
        callerCredential: { headers: { clientId: 'x-gpu-id', clientSecret: 'x-gpu-secret' } },
      }),
      provider('gpu-token', 'runai', { credential: members('gpu-token', secrets.gpuToken) }),
      provider('grid', 'charity-engine', {
        credential: members('grid', secrets.grid),
        callerCredential: { headers: { authenticator: 'x-grid-key' } },
        settings: { jobs },
        callback: {
          user: 'vendor',
          password: viaEnv('CALLBACK_PASSWORD', secrets.callbackPassword),
          answer: { mode: 'accept', maxInstances: 5 },
        },
      }),
      provider('pair', 'charity-engine', { credential: members('pair', secrets.pair), settings: { jobs } }),
      provider('echo-bearer', 'bacalhau', { credential: members('echo-bearer', echoes.bearer) }),
      provider('echo-basic', 'bacalhau', { credential: members('echo-basic', echoes.basic) }),
      provider('echo-raw', 'qarnot', {
        credential: members('echo-raw', echoes.raw),
        callerCredential: { headers: { token: 'x-echo-token' } },
      }),
      provider('echo-client', 'runai', { credential: members('echo-client', echoes.client) }),
      provider('echo-body', 'charity-engine', {
        credential: members('echo-body', echoes.body),
        settings: { jobs, preset: 'rpc', endpoints: { status: { auth: 'body+bearer' } } },
      }),
    ],
    auth: {
      apiKeys: [
        { id: 'ops', hash: viaFile('ops-hash', secrets.keys.admin.hash), grants: EVERYTHING },
        { id: 'acme', hash: viaEnv('ACME_HASH', secrets.keys.acme.hash), tenant: 'acme', grants: EVERYTHING },
        { id: 'umb', hash: secrets.keys.umbra.hash, tenant: 'umbra', grants: EVERYTHING },
        { id: 'read', hash: secrets.keys.reader.hash, grants: READ },
      ],
      jwt: [{ issuer: ISSUER, audience: AUDIENCE, jwksUrl: keySetUrl, algorithms: ['ES256'], grants: READ }],
    },
  };
  for (const [name, secret] of files) await writeFile(join(folder, 'secrets', name), `${secret}\n`, { mode: 0o600 }); // prettier-ignore
  const path = join(folder, 'gridweave.yaml');
  const write = (text: string): Promise<void> => writeFile(path, text, { mode: 0o600 });
  const text = JSON.stringify(configuration, null, 2);
  await write(text);
  await chmod(path, 0o600);
  return {
    path,
    env,
    text,
    dataDirectory: configuration.data.directory,
    auditFile: configuration.audit.file,
    write,
    rotate: () => writeFile(join(folder, 'secrets', 'lab'), `${secrets.nextLab.apiKey}\n`),
  };
}
