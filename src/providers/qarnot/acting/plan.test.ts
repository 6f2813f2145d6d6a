import { describe, expect, it } from 'vitest';
import { requestOf, type Asked } from '../../../../test/support/qarnot-acting.ts';
import { QarnotService, adapterOf, uuid } from '../../../../test/support/qarnot-service.ts';
import type { FieldVerdict } from '../../../model/actions.ts';
import type { JobSpec } from '../../../model/job-spec.ts';
import type { NativeKey } from '../../../model/ids.ts';
import type { Bytes } from '../../../model/units.ts';
import { settingsSchema } from '../settings.ts';
import { draftTask } from './draft.ts';

const SETTINGS = settingsSchema.parse({});
const IMAGE = { image: 'alpine:3.20' } as const;

function verdicts(asked: Asked): Record<string, FieldVerdict['verdict']> {
  const { acting } = adapterOf(new QarnotService());
  const { verdicts: all } = acting?.plan(requestOf(asked)) ?? { verdicts: [] };
  for (const { verdict, reason } of all) expect(reason === null).toBe(verdict === 'HONOURED');
  return Object.fromEntries(all.map(({ path, verdict }) => [path.join('.'), verdict]));
}

function reasonsOf(asked: Asked): string {
  const { all } = draftTask(requestOf(asked), SETTINGS).verdicts;
  return all.flatMap(({ verdict, reason }) => (verdict === 'REFUSED' ? [reason] : [])).join('\n');
}

const bodyOf = (asked: Asked) => draftTask(requestOf(asked), SETTINGS).body;

const spec = (more: Partial<JobSpec>): Asked => ({ spec: { ...IMAGE, ...more } });
const bytes = (amount: number): Bytes => amount as Bytes;
const input = (path: string, prefix: string | null = null) =>
  spec({ inputs: [{ path, source: { type: 'BUCKET', bucket: 'in-data', prefix } }] });
const output = (...paths: string[]) =>
  spec({
    outputs: paths.map((path, i) => ({
      name: `o${String(i)}`,
      path,
      destination: { type: 'BUCKET', bucket: 'out', prefix: 'run/' },
    })),
  });

describe('plan', () => {
  it.each<[string, Asked, Record<string, FieldVerdict['verdict']>]>([
    ['an image', spec({}), { 'spec.name': 'HONOURED', 'spec.image': 'TRANSLATED' }],
    ['an application', { spec: { app: 'blender' } }, { 'spec.name': 'HONOURED', 'spec.app': 'HONOURED' }],
    ['nothing to run', {}, { 'spec.image': 'REFUSED' }],
    ['an application that runs no image', spec({ app: 'blender' }), { 'spec.image': 'REFUSED' }],
    ['an application that does', spec({ app: 'docker-network' }), { 'spec.image': 'TRANSLATED' }],
    [
      'words',
      spec({ command: ['a'], args: ['b'] }),
      { 'spec.command': 'TRANSLATED', 'spec.args': 'TRANSLATED' },
    ],
    ['too many words', spec({ args: ['x'.repeat(2049)] }), { 'spec.args': 'REFUSED' }],
    ['a directory', spec({ workingDirectory: '/a' }), { 'spec.workingDirectory': 'REFUSED' }],
    [
      'variables',
      spec({
        env: [
          { name: 'A', value: '' },
          { name: 'B C', value: '' },
          { name: 'A', value: '' },
          { name: 'DOCKER_CMD', value: '' },
          { name: 'INSTANCE_ID', value: '' },
          { name: 'L', value: 'x'.repeat(2049) },
        ],
      }),
      {
        'spec.env.0.name': 'TRANSLATED',
        'spec.env.1.name': 'REFUSED',
        'spec.env.2.name': 'REFUSED',
        'spec.env.3.name': 'REFUSED',
        'spec.env.4.name': 'REFUSED',
        'spec.env.5.name': 'REFUSED',
      },
    ],
    [
      'secrets',
      spec({ secretEnv: [{ name: 'A', secret: 's', key: null }] }),
      { 'spec.secretEnv.0.name': 'REFUSED' },
    ],
    [
      'resources',
      {
        spec: {
          ...IMAGE,
          resources: { cpuMillis: 4000, memoryBytes: bytes(2e9), diskBytes: bytes(1), gpuMillis: 1000 },
        },
      },
      {
        'spec.resources.cpuMillis': 'HONOURED',
        'spec.resources.memoryBytes': 'HONOURED',
        'spec.resources.diskBytes': 'REFUSED',
        'spec.resources.gpuMillis': 'TRANSLATED',
      },
    ],
    [
      'odd resources',
      {
        spec: {
          ...IMAGE,
          resources: { cpuMillis: 1500, memoryBytes: bytes(1), gpuMillis: 2000, gpuModel: 'H100' },
        },
      },
      {
        'spec.resources.cpuMillis': 'TRANSLATED',
        'spec.resources.memoryBytes': 'TRANSLATED',
        'spec.resources.gpuMillis': 'REFUSED',
        'spec.resources.gpuModel': 'REFUSED',
      },
    ],
    [
      'no resources',
      {
        spec: {
          ...IMAGE,
          resources: { cpuMillis: 0, memoryBytes: bytes(0), diskBytes: bytes(0), gpuMillis: 0 },
        },
      },
      {
        'spec.resources.cpuMillis': 'HONOURED',
        'spec.resources.memoryBytes': 'HONOURED',
        'spec.resources.diskBytes': 'HONOURED',
        'spec.resources.gpuMillis': 'HONOURED',
      },
    ],
    [
      'limits',
      spec({
        executionTimeoutMs: 1,
        queueTimeoutMs: 1500,
        maxRetries: 2,
        count: 3,
        priority: 1,
        jobKind: 'BATCH',
      }),
      {
        'spec.jobKind': 'HONOURED',
        'spec.executionTimeoutMs': 'REFUSED',
        'spec.queueTimeoutMs': 'TRANSLATED',
        'spec.maxRetries': 'HONOURED',
        'spec.count': 'HONOURED',
        'spec.priority': 'IGNORED',
      },
    ],
    ['another kind of job', spec({ jobKind: 'SERVICE' }), { 'spec.jobKind': 'REFUSED' }],
    [
      'labels',
      spec({
        labels: [
          { key: 'team', value: 'vfx' },
          { key: 'film', value: null },
          { key: 'team', value: 'sfx' },
          { key: 'gridweave-key', value: 'x' },
          { key: 'x'.repeat(512), value: null },
        ],
      }),
      {
        'spec.labels.0': 'HONOURED',
        'spec.labels.1': 'HONOURED',
        'spec.labels.2': 'REFUSED',
        'spec.labels.3': 'REFUSED',
        'spec.labels.4': 'REFUSED',
      },
    ],
    ['a project', { ...spec({}), project: uuid(1) as NativeKey }, { project: 'HONOURED' }],
    ['the default project', { ...spec({}), project: 'default' as NativeKey }, { project: 'HONOURED' }],
    ['no project of ours', { ...spec({}), project: 'x' as NativeKey }, { project: 'REFUSED' }],
    [
      'an extension',
      {
        ...spec({}),
        extension: {
          jobUuid: uuid(1),
          dependsOn: [uuid(2)],
          constants: [{ key: 'DOCKER_SRV', value: 'https://ghcr.io' }],
          constraints: [{ key: 'k', value: 'v' }],
          schedulingType: 'RESERVED',
          reservedMachineKey: '32c-128g',
          advancedRanges: '0-2,4',
          resultsBlacklist: '.*tmp',
          completionTimeToLiveMs: 90_061_000,
          autoDelete: true,
        },
      },
      {
        'extensions.qarnot.jobUuid': 'HONOURED',
        'extensions.qarnot.dependsOn': 'HONOURED',
        'extensions.qarnot.constants.0.key': 'HONOURED',
        'extensions.qarnot.constraints.0.key': 'HONOURED',
        'extensions.qarnot.schedulingType': 'HONOURED',
        'extensions.qarnot.reservedMachineKey': 'HONOURED',
        'extensions.qarnot.advancedRanges': 'HONOURED',
        'extensions.qarnot.resultsBlacklist': 'HONOURED',
        'extensions.qarnot.completionTimeToLiveMs': 'HONOURED',
        'extensions.qarnot.autoDelete': 'HONOURED',
      },
    ],
  ])('judges %s', (_, asked, expected) => {
    expect(verdicts(asked)).toMatchObject(expected);
  });

  it.each<[Asked, RegExp]>([
    [
      { spec: { app: 'docker' }, extension: { profile: 'docker-batch' } },
      /spec\.app and extensions\.qarnot\.profile/,
    ],
    [
      { extension: { profile: 'x', poolUuid: uuid(1) } },
      /extensions\.qarnot\.profile and extensions\.qarnot\.poolUuid/,
    ],
    [
      { extension: { jobUuid: uuid(2), poolUuid: uuid(1) } },
      /extensions\.qarnot\.poolUuid and extensions\.qarnot\.jobUuid/,
    ],
    [
      { ...spec({ count: 2 }), extension: { advancedRanges: '1' } },
      /spec\.count and extensions\.qarnot\.advancedRanges/,
    ],
    [
      { spec: { ...IMAGE, resources: { cpuMillis: 1000 } }, extension: { poolUuid: uuid(1) } },
      /spec\.resources\.cpuMillis and extensions\.qarnot\.poolUuid/,
    ],
    [
      { ...spec({}), extension: { constants: [{ key: 'DOCKER_REPO', value: 'x' }] } },
      /DOCKER_REPO is made of spec\.image/,
    ],
    [{ ...spec({}), extension: { reservedMachineKey: 'x' } }, /schedulingType RESERVED/],
    [{ ...spec({}), extension: { dependsOn: [uuid(1)] } }, /extensions\.qarnot\.jobUuid/],
    [spec({ image: 'ghcr.io/a/b:1' }), /DOCKER_SRV/],
    [spec({ image: 'a@sha256:00' }), /digest/],
    [input('/data'), /\/job/],
    [input('/job/x', 'y'), /\/job/],
    [input('../x'), /\/job/],
    [output('/tmp/x'), /\/job/],
    [spec({ outputs: [{ name: 'o', path: 'x', destination: null }] }), /bucket/],
    [
      spec({
        outputs: ['a', 'b'].map((bucket) => ({
          name: bucket,
          path: bucket,
          destination: { type: 'BUCKET', bucket, prefix: null },
        })),
      }),
      /one bucket/,
    ],
    [spec({ inputs: [{ path: 'x', source: { type: 'INLINE', text: 'secret' } }] }), /own buckets/],
  ])('says why %j is refused', (asked, words) => {
    expect(reasonsOf(asked)).toMatch(words);
  });

  it('never repeats a value of env, and says that Qarnot shows them', () => {
    const asked = spec({
      env: [
        { name: 'T T', value: 's3cr3t-value' },
        { name: 'T', value: 's3cr3t-value' },
      ],
    });
    const { verdicts: all } = draftTask(requestOf(asked), SETTINGS);
    expect(JSON.stringify([all.all, all.notes])).not.toContain('s3cr3t');
    expect(all.notes.join()).toMatch(/can read the values/);
  });

  it('takes at most 150 constants and 10 tags', () => {
    const env = Array.from({ length: 150 }, (_, i) => ({ name: `V${String(i)}`, value: '' }));
    const labels = Array.from({ length: 11 }, (_, i) => ({ key: String(i), value: null }));
    const all = verdicts(spec({ env, labels }));
    expect([all['spec.env.147.name'], all['spec.env.148.name']]).toEqual(['TRANSLATED', 'REFUSED']);
    expect([all['spec.labels.9'], all['spec.labels.10']]).toEqual(['HONOURED', 'REFUSED']);
  });
});

describe('what would be sent', () => {
  it.each<[string, string, string]>([
    ['alpine', 'library/alpine', 'latest'],
    ['org/tool:1.2', 'org/tool', '1.2'],
    ['docker.io/org/tool', 'org/tool', 'latest'],
  ])('image %s', (image, repository, tag) => {
    expect(bodyOf(spec({ image })).constants).toEqual([
      { key: 'DOCKER_REPO', value: repository },
      { key: 'DOCKER_TAG', value: tag },
    ]);
  });

  it('quotes words so that a shell-like parser finds them again', () => {
    const words = ['sh', '-c', `echo "it's" $HOME`, '', 'a b'];
    expect(bodyOf(spec({ command: words.slice(0, 2), args: words.slice(2) })).constants?.at(-1)).toEqual({
      key: 'DOCKER_CMD',
      value: String.raw`sh -c 'echo "it'\''s" $HOME' '' 'a b'`,
    });
  });

  it.each<[string, string | null, object]>([
    ['/job', null, {}],
    ['.', '/', {}],
    ['/job/', 'shot12', { filtering: { prefixFiltering: { prefix: 'shot12/' } }, resourcesTransformation: { stripPrefix: { prefix: 'shot12/' } } }], // prettier-ignore
    ['shot12', 'shot12/', { filtering: { prefixFiltering: { prefix: 'shot12/' } } }],
    ['/job/b', 'a/b', { filtering: { prefixFiltering: { prefix: 'a/b/' } }, resourcesTransformation: { stripPrefix: { prefix: 'a/' } } }], // prettier-ignore
  ])('bucket at %s, prefix %s', (path, prefix, placement) => {
    expect(bodyOf(input(path, prefix)).advancedResourceBuckets).toEqual([
      { bucketName: 'in-data', ...placement },
    ]);
  });

  it('filters results by where they were written', () => {
    expect(bodyOf(output('/job'))).toMatchObject({ resultBucket: 'out', resultsBucketPrefix: 'run/' });
    expect(bodyOf(output('/job', 'x')).resultsWhitelist).toBeUndefined();
    const pattern = new RegExp(bodyOf(output('/job/a.b', 'logs/${x}')).resultsWhitelist ?? '');
    for (const kept of ['a.b', '/a.b/c', 'job/a.b', '/job/a.b/c/d', 'logs/${x}/1'])
      expect(pattern.test(kept), kept).toBe(true);
    for (const left of ['axb', 'a.bc', 'x/a.b', 'logs']) expect(pattern.test(left), left).toBe(false);
    expect(pattern.source).not.toContain('${');
  });

  it('sends what an extension says in the words of the wire', () => {
    const extension = {
      poolUuid: uuid(1),
      schedulingType: 'ON_DEMAND',
      completionTimeToLiveMs: 90_060_500,
      advancedRanges: '3',
    } as const;
    expect(bodyOf({ ...spec({ queueTimeoutMs: 0, maxRetries: 0 }), extension })).toEqual({
      name: 'probe',
      poolUuid: uuid(1),
      schedulingType: 'onDemand',
      completionTimeToLive: '1.01:01:01',
      advancedRanges: '3',
      maxTimeQueueSeconds: 1,
      retrySettings: { maxPerInstanceRetries: 0 },
      constants: [
        { key: 'DOCKER_REPO', value: 'library/alpine' },
        { key: 'DOCKER_TAG', value: '3.20' },
      ],
    });
  });
});
