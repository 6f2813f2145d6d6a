import { describe, expect, it } from 'vitest';
import { encodeId, type NativeKey, type ProviderKey } from '../../src/model/ids.ts';
import { ALL, CANARY, neutralSpec, type TaskSpecInput } from './specs.ts';
import type { ShownError, Submitted } from './acting-client.ts';
import { actingGateway } from './start.ts';

/** Everything in it is wrong in itself, and some values are secrets. */
const WRONG: TaskSpecInput = {
  name: ' ',
  image: 'two words',
  app: 'blender',
  command: ['sh', `${CANARY}\0`],
  args: [`\0${CANARY}`],
  workingDirectory: 'relative',
  env: [
    { name: '1ST', value: CANARY },
    { name: 'TWICE', value: `${CANARY}\0` },
    { name: 'TWICE', value: CANARY },
  ],
  secretEnv: [{ name: 'A B', secret: '' }],
  resources: { cpuMillis: 0, memoryBytes: 0, diskBytes: 0, gpuMillis: 0, gpuModel: 'A100' },
  inputs: [
    { path: '/in/../../etc', source: { url: 'ftp://example.com/x' } },
    { path: '', source: { url: `https://user:${CANARY}@example.com/x` } },
    { path: '/s3', source: { s3: { bucket: 'NO', key: 'k', endpoint: 'nowhere' } } },
    { path: '/s3', source: { ipfs: 'not/a/cid' } },
  ],
  outputs: [
    { name: 'out', path: '/out' },
    { name: 'out', path: '/a/../b', destination: { bucket: { name: '' } } },
  ],
  executionTimeoutMs: 0,
  queueTimeoutMs: -5,
  maxRetries: -1,
  count: 0,
  labels: [{ key: 'gridweave-key', value: 'mine' }, { key: 'team', value: 'a\u0000b' }, { key: 'team' }],
};

const WRONG_PATHS = [
  'idempotencyKey',
  'spec.name',
  'spec.image',
  'spec.app',
  'spec.command.1',
  'spec.args.0',
  'spec.workingDirectory',
  'spec.env.0.name',
  'spec.env.1.value',
  'spec.env.2.name',
  'spec.secretEnv.0.name',
  'spec.secretEnv.0.secret',
  'spec.resources.cpuMillis',
  'spec.resources.memoryBytes',
  'spec.resources.diskBytes',
  'spec.resources.gpuModel',
  'spec.inputs.0.path',
  'spec.inputs.0.source.url',
  'spec.inputs.1.path',
  'spec.inputs.1.source.url',
  'spec.inputs.2.source.s3.bucket',
  'spec.inputs.2.source.s3.endpoint',
  'spec.inputs.3.path',
  'spec.inputs.3.source.ipfs',
  'spec.outputs.1.name',
  'spec.outputs.1.path',
  'spec.outputs.1.destination.bucket.name',
  'spec.executionTimeoutMs',
  'spec.queueTimeoutMs',
  'spec.maxRetries',
  'spec.count',
  'spec.labels.0.key',
  'spec.labels.1.value',
  'spec.labels.2.key',
];

/** Well-formed, and more than any provider can do. */
const EVERYTHING: TaskSpecInput = neutralSpec({
  jobKind: 'BATCH',
  args: ['--all'],
  workingDirectory: '/work',
  env: [{ name: 'TOKEN', value: CANARY }],
  secretEnv: [{ name: 'PASSWORD', secret: 'db', key: 'password' }],
  resources: {
    cpuMillis: 1_500,
    memoryBytes: 1_000_000_007,
    diskBytes: 5_000_000_000,
    gpuMillis: 500,
    gpuModel: 'A100',
  },
  inputs: [
    { path: '/in/url', source: { url: 'https://example.com/data.csv' } },
    { path: '/in/volume', source: { volume: 'datasets' } },
    { path: '/in/bucket', source: { bucket: { name: 'inputs', prefix: 'a/' } } },
    { path: '/in/text', source: { inline: CANARY } },
  ],
  outputs: [
    { name: 'model', path: '/out/model', destination: { s3: { bucket: 'results', key: 'model' } } },
    { name: 'cid', path: '/out/cid', destination: { ipfs: true } },
  ],
  executionTimeoutMs: 3_600_001,
  queueTimeoutMs: 60_000,
  maxRetries: 3,
  count: 5,
  labels: [{ key: 'team', value: 'nlp' }, { key: 'bare' }],
  priority: 7,
});

const paths = (errors: readonly ShownError[]): string[] => errors.map(({ path }) => (path ?? []).join('.'));

describe.each(ALL)('what %s is not asked for', (kind) => {
  const gateway = actingGateway();

  /** Submits, and sees that no provider heard of it. */
  async function refused(input: Parameters<ReturnType<typeof gateway>['submit']>[0]): Promise<Submitted> {
    const client = gateway();
    client.resetCalls();
    const answer = await client.submit(input);
    expect(answer).toMatchObject({ outcome: 'REFUSED', replayed: false, job: null, jobs: [] });
    expect(ALL.flatMap((each) => client.gateway.sandbox.emulators.get(each)?.calls ?? [])).toEqual([]);
    expect(JSON.stringify(answer)).not.toContain(CANARY);
    expect(JSON.stringify(client.gateway.logLines)).not.toContain(CANARY);
    for (const { message, path } of answer.errors) {
      expect(message.length).toBeGreaterThan(20);
      expect(message).toContain(`"${path?.join('.') ?? '?'}"`);
    }
    return answer;
  }

  it('names every field that is wrong in itself, all at once', async () => {
    const { errors } = await refused({ idempotencyKey: '', provider: kind, spec: WRONG });
    const invalid = errors.filter(({ __typename }) => __typename === 'InvalidField');
    expect(paths(invalid).toSorted()).toEqual(WRONG_PATHS.toSorted());
    for (const { __typename, code, retryable } of errors) {
      expect(retryable).toBe(false);
      expect([
        ['InvalidField', 'INVALID_ARGUMENT'],
        ['UnsupportedField', 'UNSUPPORTED_FIELD'],
      ]).toContainEqual([__typename, code]);
    }
  });

  it('names every field that it could not honour, each as its verdict says', async () => {
    const { errors, verdicts } = await refused({ idempotencyKey: 'k', provider: kind, spec: EVERYTHING });
    const no = verdicts.filter(({ verdict }) => verdict === 'REFUSED');
    expect(no.length).toBeGreaterThan(0);
    expect(errors.map(({ __typename }) => __typename)).toEqual(no.map(() => 'UnsupportedField'));
    expect(paths(errors)).toEqual(no.map(({ path }) => path.join('.')));
    for (const [i, { reason }] of no.entries()) expect(errors[i]?.message).toContain(reason ?? '?');
    for (const { verdict, reason } of verdicts) expect(reason === null).toBe(verdict === 'HONOURED');
  });

  it.each([
    ['', 'must not be empty'],
    ['   ', 'must not be empty'],
    ['k'.repeat(256), 'must have at most 255 characters'],
    ['a\nb', 'must not hold control characters'],
    ['a\u0000b', 'must not hold control characters'],
    ['a\ud800b', 'must be valid Unicode'],
  ])('an idempotency key like %j', async (idempotencyKey, message) => {
    const { errors } = await refused({ idempotencyKey, provider: kind, spec: neutralSpec() });
    const about = errors.filter(({ path }) => path?.[0] === 'idempotencyKey');
    expect(about).toMatchObject([{ __typename: 'InvalidField', message: `"idempotencyKey" ${message}.` }]);
  });

  it('the extension of another kind, and the project of another provider', async () => {
    const [member, extension] =
      kind === 'qarnot' ? ['bacalhau', { constraints: [] }] : ['qarnot', { autoDelete: true }];
    const other = kind === 'bacalhau' ? 'qarnot' : 'bacalhau';
    const project = encodeId('project', other as ProviderKey, 'default' as NativeKey);
    const { errors } = await refused({
      idempotencyKey: 'k',
      provider: kind,
      spec: neutralSpec(),
      project,
      extensions: { [member]: extension },
    });
    const invalid = errors.filter(({ __typename }) => __typename === 'InvalidField');
    expect(paths(invalid)).toEqual(['project', `extensions.${member}`]);
  });

  it('a project that is an id of something else, or no id', async () => {
    for (const project of [encodeId('job', kind as ProviderKey, 'j' as NativeKey), 'nonsense', '']) {
      const { errors } = await refused({ idempotencyKey: 'k', provider: kind, spec: neutralSpec(), project });
      expect(errors).toContainEqual(
        expect.objectContaining({ message: '"project" is not the id of a Project.', path: ['project'] }),
      );
    }
  });
});

describe('what is nobody’s', () => {
  const gateway = actingGateway();

  it.each(['nowhere', '', 'BACALHAU', `x${CANARY}`])('a provider called %j', async (provider) => {
    const client = gateway();
    const { errors, outcome, verdicts } = await client.submit({
      idempotencyKey: 'k',
      provider,
      spec: neutralSpec(),
    });
    expect([outcome, verdicts]).toEqual(['REFUSED', []]);
    expect(errors).toEqual([
      expect.objectContaining({
        path: ['provider'],
        message: '"provider" is not the key of a configured provider.',
      }),
    ]);
  });

  it('two extensions at once, and a number that is none: errors of the request', async () => {
    const client = gateway();
    const document = 'mutation ($input: SubmitJobInput!) { submitJob(input: $input) { outcome } }';
    for (const more of [
      { extensions: { bacalhau: {}, qarnot: {} } },
      {
        spec: {
          ...neutralSpec(),
          inputs: [{ path: '/a', source: { url: 'https://a.example', inline: CANARY } }],
        },
      },
      { spec: { ...neutralSpec(), count: 1.5 } },
      { spec: { ...neutralSpec(), env: [{ name: 'A', value: { [CANARY]: 1 } }] } },
    ]) {
      const input = { idempotencyKey: 'k', provider: 'bacalhau', spec: neutralSpec(), ...more };
      const answer = await client.answer(document, { input });
      expect(answer.data ?? null).toBeNull();
      expect(answer.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
    }
    expect(client.gateway.logLines.filter(({ level }) => level >= 50)).toEqual([]);
  });

  it('a body that is no JSON: nothing of it is quoted', async () => {
    const { gateway: running } = gateway();
    for (const body of [`{"query": "mutation { x(env: \n ${CANARY}`, CANARY, `{"query": ${CANARY}}`]) {
      const response = await running.post(body);
      const text = await response.text();
      expect([response.status, JSON.parse(text)]).toMatchObject([
        400,
        { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
      ]);
      expect(text).not.toContain(CANARY);
    }
    expect(JSON.stringify(running.logLines)).not.toContain(CANARY);
  });
});
