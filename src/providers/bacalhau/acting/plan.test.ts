import { describe, expect, it } from 'vitest';
import { requestOf, STAMP } from '../../../../test/support/bacalhau-acting.ts';
import type { JobSpec } from '../../../model/job-spec.ts';
import { bytes } from '../../../model/units.ts';
import type { BacalhauExtension } from '../extension.ts';
import type { Release } from './release.ts';
import { translate } from './translate.ts';

/** What is said of a request beside its name and image: "VERDICT path". */
function judged(spec: Partial<JobSpec>, extension: BacalhauExtension | null = null, release: Release = 9) {
  const { verdicts } = translate(requestOf(spec, extension), STAMP, release);
  return verdicts
    .map(({ verdict, path }) => `${verdict} ${path.join('.')}`)
    .filter((line) => line !== 'TRANSLATED spec.name' && line !== 'HONOURED spec.image');
}

function sent(spec: Partial<JobSpec>, extension: BacalhauExtension | null = null, release: Release = 9) {
  return translate(requestOf(spec, extension), STAMP, release).job;
}

const resources = (more: Partial<JobSpec['resources']>) => ({
  resources: {
    cpuMillis: null,
    memoryBytes: null,
    diskBytes: null,
    gpuMillis: null,
    gpuModel: null,
    ...more,
  },
});
const inline = (path: string, text = 'hi') => ({ path, source: { type: 'INLINE', text } as const });
const url = (path: string, address: string) => ({ path, source: { type: 'URL', url: address } as const });
const s3 = { type: 'S3', bucket: 'b', key: 'k', region: null, endpoint: null } as const;

describe('each field', () => {
  it.each<[string, Partial<JobSpec>, readonly string[]]>([
    ['nothing but a name and an image', {}, []],
    ['kinds', { jobKind: 'OPS' }, ['HONOURED spec.jobKind']],
    ['no interactive kind', { jobKind: 'INTERACTIVE' }, ['REFUSED spec.jobKind']],
    ['no image', { image: null }, ['REFUSED spec.image']],
    ['no applications', { app: 'docker' }, ['REFUSED spec.app']],
    [
      'words',
      { command: ['sh'], args: ['-c'], workingDirectory: '/w' },
      ['HONOURED spec.command', 'HONOURED spec.args', 'HONOURED spec.workingDirectory'],
    ],
    ['a relative directory', { workingDirectory: 'w' }, ['REFUSED spec.workingDirectory']],
    [
      'environment',
      {
        env: [
          { name: 'A_1', value: 'x' },
          { name: 'lower', value: 'x' },
          { name: 'BACALHAU_X', value: 'x' },
          { name: '_A', value: 'x' },
          { name: 'EMPTY', value: '' },
          { name: 'HOST', value: 'env:HOME' },
          { name: 'A_1', value: 'y' },
        ],
      },
      ['HONOURED spec.env.0.name', ...[1, 2, 3, 4, 5, 6].map((i) => `REFUSED spec.env.${String(i)}.name`)],
    ],
    [
      'variables of the node',
      {
        secretEnv: [
          { name: 'TOKEN', secret: 'CI_TOKEN', key: null },
          { name: 'OTHER', secret: 'CI_TOKEN', key: 'part' },
          { name: 'BLANK', secret: 'a b', key: null },
        ],
      },
      ['TRANSLATED spec.secretEnv.0.name', 'REFUSED spec.secretEnv.1.name', 'REFUSED spec.secretEnv.2.name'],
    ],
    [
      'amounts',
      resources({ cpuMillis: 1500, memoryBytes: bytes(3), diskBytes: bytes(0), gpuMillis: 2000 }),
      [
        'HONOURED spec.resources.cpuMillis',
        'HONOURED spec.resources.memoryBytes',
        'IGNORED spec.resources.diskBytes',
        'HONOURED spec.resources.gpuMillis',
      ],
    ],
    [
      'parts and models of GPUs',
      resources({ gpuMillis: 500, gpuModel: 'T4' }),
      ['REFUSED spec.resources.gpuMillis', 'REFUSED spec.resources.gpuModel'],
    ],
    [
      'inputs',
      {
        inputs: [
          inline('/a'),
          inline('b'),
          inline('/a'),
          inline('/x/../y'),
          url('/in/f.csv', 'https://h/f.csv?sig=1'),
          url('/other', 'https://h/f.csv'),
          url('/c', 'ftp://h/f'),
          url('/d', 'https://h/'),
          { path: '/s3', source: { type: 'S3', bucket: 'b', key: 'k', region: 'r', endpoint: null } },
          { path: '/ipfs', source: { type: 'IPFS', cid: 'Qm' } },
          { path: '/v', source: { type: 'VOLUME', name: 'v' } },
          { path: '/w', source: { type: 'BUCKET', bucket: 'b', prefix: null } },
        ],
      },
      [
        ['HONOURED', 'HONOURED'],
        ['TRANSLATED', 'HONOURED'],
        ['REFUSED', 'HONOURED'],
        ['REFUSED', 'HONOURED'],
        ['HONOURED', 'HONOURED'],
        ['HONOURED', 'TRANSLATED'],
        ['HONOURED', 'REFUSED'],
        ['HONOURED', 'REFUSED'],
        ['HONOURED', 'TRANSLATED'],
        ['HONOURED', 'HONOURED'],
        ['HONOURED', 'REFUSED'],
        ['HONOURED', 'REFUSED'],
      ].flatMap(([path, source], i) => [
        `${String(path)} spec.inputs.${String(i)}.path`,
        `${String(source)} spec.inputs.${String(i)}.source`,
      ]),
    ],
    [
      'outputs, whose destination is one',
      {
        outputs: [
          { name: 'a', path: '/a', destination: s3 },
          { name: 'b', path: '/b', destination: null },
          { name: 'c', path: '/c', destination: { ...s3, key: 'other' } },
          { name: 'd', path: '/d', destination: { type: 'VOLUME', name: 'v' } },
          { name: 'a', path: 'relative', destination: { ...s3 } },
          { name: 'stdout', path: '/a', destination: { type: 'IPFS' } },
        ],
      },
      [
        'HONOURED spec.outputs.0.name',
        'HONOURED spec.outputs.0.path',
        'TRANSLATED spec.outputs.0.destination',
        'HONOURED spec.outputs.1.name',
        'HONOURED spec.outputs.1.path',
        'HONOURED spec.outputs.2.name',
        'HONOURED spec.outputs.2.path',
        'REFUSED spec.outputs.2.destination',
        'HONOURED spec.outputs.3.name',
        'HONOURED spec.outputs.3.path',
        'REFUSED spec.outputs.3.destination',
        'REFUSED spec.outputs.4.name',
        'REFUSED spec.outputs.4.path',
        'TRANSLATED spec.outputs.4.destination',
        'REFUSED spec.outputs.5.name',
        'REFUSED spec.outputs.5.path',
        'REFUSED spec.outputs.5.destination',
      ],
    ],
    [
      'times',
      { executionTimeoutMs: 60_000, queueTimeoutMs: 1 },
      ['HONOURED spec.executionTimeoutMs', 'TRANSLATED spec.queueTimeoutMs'],
    ],
    [
      'times of what runs for ever, and everywhere',
      { jobKind: 'DAEMON', executionTimeoutMs: 60_000, queueTimeoutMs: 1_000 },
      ['HONOURED spec.jobKind', 'IGNORED spec.executionTimeoutMs', 'IGNORED spec.queueTimeoutMs'],
    ],
    ['retries', { maxRetries: 3 }, ['IGNORED spec.maxRetries']],
    ['a count', { count: 3 }, ['HONOURED spec.count']],
    [
      'a count of one, everywhere',
      { jobKind: 'OPS', count: 1 },
      ['HONOURED spec.jobKind', 'IGNORED spec.count'],
    ],
    ['a count, everywhere', { jobKind: 'OPS', count: 2 }, ['HONOURED spec.jobKind', 'REFUSED spec.count']],
    [
      'labels',
      {
        labels: [
          { key: 'team', value: 'nlp' },
          { key: 'tag', value: null },
          { key: 'Gridweave-x', value: 'x' },
          { key: 'team', value: 'x' },
          { key: '', value: 'x' },
        ],
      },
      [
        'HONOURED spec.labels.0',
        'TRANSLATED spec.labels.1',
        'REFUSED spec.labels.2',
        'REFUSED spec.labels.3',
        'REFUSED spec.labels.4',
      ],
    ],
    ['priority', { priority: 7 }, ['HONOURED spec.priority']],
  ])('%s', (_, spec, lines) => {
    expect(judged(spec)).toEqual(lines);
  });

  it('of the extension', () => {
    const at = (path: string) => `extensions.bacalhau.${path}`;
    const spec = { image: null, inputs: [inline('/main.wasm')] };
    const wasm = { entryModulePath: '/main.wasm', importModulePaths: ['/lib.wasm'], parameters: ['-v'] };
    expect(judged(spec, { wasm }).slice(2)).toEqual([
      `HONOURED ${at('wasm.entryModulePath')}`,
      `HONOURED ${at('wasm.parameters')}`,
      `REFUSED ${at('wasm.importModulePaths.0')}`,
    ]);
    expect(judged({ ...spec, args: ['a'], command: ['c'], image: 'i' }, { wasm })).toEqual([
      'REFUSED spec.command',
      'HONOURED spec.args',
      'HONOURED spec.inputs.0.path',
      'HONOURED spec.inputs.0.source',
      `REFUSED ${at('wasm')}`,
      `HONOURED ${at('wasm.entryModulePath')}`,
      `REFUSED ${at('wasm.parameters')}`,
      `REFUSED ${at('wasm.importModulePaths.0')}`,
    ]);
    expect(judged(spec, { wasm }, 6).at(-1)).toBe(`REFUSED ${at('wasm')}`);
    expect(
      judged(
        {},
        {
          constraints: [
            { key: 'os_arch', operator: 'IN', values: ['amd64'] },
            { key: 'gpu', operator: 'EXISTS' },
            { key: 'gpu', operator: 'EXISTS', values: ['x'] },
            { key: 'a b', operator: 'EQUALS', values: ['x'] },
            { key: 'mem', operator: 'GREATER_THAN', values: ['many'] },
            { key: 'x', operator: 'NOT_IN', values: [] },
            { key: 'x', operator: 'EQUALS', values: ['a b'] },
          ],
        },
      ),
    ).toEqual(
      ['HONOURED', 'HONOURED', ...Array<string>(5).fill('REFUSED')].map(
        (verdict, i) => `${verdict} ${at(`constraints.${String(i)}`)}`,
      ),
    );
    expect(
      judged({}, { network: { type: 'HTTP', domains: ['example.org', '10.0.0.1', 'no domain'] } }),
    ).toEqual([
      `HONOURED ${at('network.type')}`,
      `HONOURED ${at('network.domains.0')}`,
      `HONOURED ${at('network.domains.1')}`,
      `REFUSED ${at('network.domains.2')}`,
    ]);
    expect(judged({}, { network: { type: 'BRIDGE', domains: ['example.org'] } }, 5)).toEqual([
      `REFUSED ${at('network.type')}`,
      `REFUSED ${at('network.domains.0')}`,
    ]);
    expect(judged({}, { network: { type: 'HOST' } }, 5)).toEqual([`TRANSLATED ${at('network.type')}`]);
    expect(judged({}, { publisher: { type: 'S3', bucket: 'b' } })).toEqual([
      `HONOURED ${at('publisher.type')}`,
      `HONOURED ${at('publisher.bucket')}`,
      `REFUSED ${at('publisher.key')}`,
    ]);
    expect(judged({}, { publisher: { type: 'S3_MANAGED', region: 'r' } }, 7)).toEqual([
      `REFUSED ${at('publisher.type')}`,
      `REFUSED ${at('publisher.region')}`,
    ]);
    const outputs = [{ name: 'a', path: '/a', destination: s3 }];
    expect(judged({ outputs }, { publisher: { type: 'LOCAL' } }).at(-1)).toBe(`REFUSED ${at('publisher')}`);
    expect(
      judged({}, { meta: [{ key: 'a', value: 'x' }, { key: 'bacalhau.org/x', value: 'x' }, { key: 'a', value: 'y' }] }), // prettier-ignore
    ).toEqual([`HONOURED ${at('meta.0')}`, `REFUSED ${at('meta.1')}`, `REFUSED ${at('meta.2')}`]);
  });

  it('gives a reason for all that is not honoured, and never a value of env', () => {
    const secret = 'hunter2-hunter2';
    const { verdicts } = translate(
      requestOf({
        name: 'a b',
        env: [{ name: 'lower', value: secret }, { name: 'X', value: `env:${secret}` }],
        maxRetries: 1,
        executionTimeoutMs: 1,
      }),
      STAMP,
      9,
    ); // prettier-ignore
    for (const { verdict, reason } of verdicts) expect(reason === null).toBe(verdict === 'HONOURED');
    expect(JSON.stringify(verdicts)).not.toContain('hunter2');
  });
});

describe('what is sent', () => {
  it('says the spec in the words of the server', () => {
    const spec: Partial<JobSpec> = {
      command: ['sh', '-c'],
      args: ['echo hi'],
      workingDirectory: '/w',
      env: [{ name: 'A', value: 'x' }],
      secretEnv: [{ name: 'TOKEN', secret: 'CI_TOKEN', key: null }],
      ...resources({ cpuMillis: 1500, memoryBytes: bytes(123_456_789), gpuMillis: 1000 }),
      inputs: [inline('a.txt', 'é'), url('/in/f%20.csv', 'https://h/x/f%2520.csv?s=1')],
      outputs: [{ name: 'out', path: '/out', destination: null }],
      executionTimeoutMs: 1_500,
      count: 2,
      labels: [{ key: 'team', value: 'nlp' }, { key: 'tag', value: null }],
      priority: 5,
    }; // prettier-ignore
    expect(sent(spec, { constraints: [{ key: 'os_arch', operator: 'EXISTS' }], meta: [{ key: 'why', value: 'x' }] })).toEqual({
      Name: 'embed-41-abcdefghijklmnop',
      Namespace: 'default',
      Type: 'batch',
      Priority: 5,
      Count: 2,
      Constraints: [{ Key: 'os_arch', Operator: 'exists' }],
      Meta: { why: 'x' },
      Labels: {
        team: 'nlp',
        tag: '',
        'gridweave-key': STAMP.id,
        'gridweave-spec': STAMP.specHash,
      },
      Tasks: [
        {
          Name: 'main',
          Engine: {
            Type: 'docker',
            Params: {
              Image: 'alpine:3.20',
              Entrypoint: ['sh', '-c'],
              Parameters: ['echo hi'],
              WorkingDirectory: '/w',
            },
          },
          Publisher: { Type: 'local', Params: {} },
          Env: { A: 'x', TOKEN: 'env:CI_TOKEN' },
          InputSources: [
            {
              Source: { Type: 'inline', Params: { URL: 'data:text/plain;charset=utf-8;base64,w6k=' } },
              Alias: '',
              Target: '/inputs/a.txt',
            },
            {
              Source: { Type: 'urlDownload', Params: { URL: 'https://h/x/f%2520.csv?s=1' } },
              Alias: '',
              Target: '/in',
            },
          ],
          ResultPaths: [{ Name: 'out', Path: '/out' }],
          Resources: { CPU: '1500m', Memory: '123456789b', GPU: '1' },
          Network: { Type: 'Default' },
          Timeouts: { ExecutionTimeout: 2, QueueTimeout: 0, TotalTimeout: 0 },
        },
      ],
    }); // prettier-ignore
  });

  it('keeps a name that can be a label, says counts and networks outright, and S3 as it is', () => {
    expect(sent({ name: 'run-41' }).Labels['gridweave-name']).toBe('run-41');
    expect(sent({ jobKind: 'DAEMON' }).Count).toBe(0);
    expect(sent({}).Count).toBe(1);
    expect(sent({}, null, 6).Tasks[0].Network).toEqual({ Type: 'None' });
    expect(sent({}, null, null).Tasks[0].Network).toEqual({});
    expect(sent({}, { network: { type: 'HOST' } }, 6).Tasks[0].Network).toEqual({ Type: 'Full' });
    expect(sent({}, { publisher: { type: 'S3', bucket: 'b', key: 'k/{jobID}', encoding: 'PLAIN' } }).Tasks[0].Publisher).toEqual({
      Type: 's3',
      Params: { Bucket: 'b', Key: 'k/{jobID}', Encoding: 'plain' },
    }); // prettier-ignore
    const wasm = { entryModulePath: '/m/main.wasm', entrypoint: 'go' };
    expect(sent({ image: null, args: ['a'], inputs: [inline('/m')] }, { wasm }).Tasks[0].Engine).toEqual({
      Type: 'wasm',
      Params: { EntryModule: '/m/main.wasm', Entrypoint: 'go', Parameters: ['a'], ImportModules: [] },
    });
  });

  it('is refused when it is more than the server reads', () => {
    const text = 'x'.repeat(7_600_000);
    expect(judged({ inputs: [inline('/a', text)] })).toEqual([
      'HONOURED spec.inputs.0.path',
      'REFUSED spec.inputs.0.source',
    ]);
    expect(judged({ args: [text, text] }).at(-1)).toBe('REFUSED spec');
    expect(judged({ inputs: [inline('/a', text.slice(200_000))] }).at(-1)).toBe(
      'HONOURED spec.inputs.0.source',
    );
  });
});
