import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_RESOURCES, requestOf, stampOf } from '../../../../test/support/runai-acting.ts';
import { splitWords } from '../../../sandbox/runai/wire/words.ts';
import type { FieldVerdict } from '../../../model/actions.ts';
import type { NativeKey } from '../../../model/ids.ts';
import type { InputSource, JobSpec, SpecOutput } from '../../../model/job-spec.ts';
import { bytes, parseQuantity } from '../../../model/units.ts';
import type { SubmitRequest } from '../../acting.ts';
import type { RunaiExtension } from '../extension.ts';
import { settingsSchema } from '../settings.ts';
import { nameEnding, nameOf } from './naming.ts';
import { byteQuantity } from './quantity.ts';
import { translate } from './request.ts';
import { shellLine } from '../../shell-line.ts';

const CLUSTER = 'b7d1a0de-2f0e-4c39-8d5f-0e6a4a1f9c11';

function judged(request: SubmitRequest, settings: Record<string, unknown> = {}) {
  const { verdicts, draft, notes } = translate(request, settingsSchema.parse(settings));
  const of = (path: string): FieldVerdict['verdict'] | undefined =>
    verdicts.find((verdict) => verdict.path.join('.') === path)?.verdict;
  const refused = verdicts.filter(({ verdict }) => verdict === 'REFUSED').map(({ path }) => path.join('.'));
  return { verdicts, draft, notes, of, refused };
}

const resources = (more: Partial<JobSpec['resources']>) => ({ resources: { ...NO_RESOURCES, ...more } });
const input = (source: InputSource, path = '/data') => ({ inputs: [{ path, source }] });
const volume = (name: string) => ({ type: 'VOLUME', name }) as const;
const s3 = (more: object = {}) => ({ type: 'S3', bucket: 'acme', key: '', region: null, endpoint: null, ...more }) as const; // prettier-ignore
const output = (destination: SpecOutput['destination'], path = '/out') => ({ outputs: [{ name: 'out', path, destination }] }); // prettier-ignore
const serving = { servingPort: { container: 8080 } };

describe('the plan', () => {
  it('needs no more than a name, an image and a project', () => {
    const { verdicts, notes, draft } = judged(requestOf({ command: [] }));
    expect(verdicts.map(({ path, verdict }) => [path.join('.'), verdict])).toEqual([
      ['spec.name', 'TRANSLATED'],
      ['spec.image', 'HONOURED'],
      ['project', 'HONOURED'],
    ]);
    expect(notes).toHaveLength(2);
    expect(draft).toEqual({ kind: 'trainings', projectId: '33', clusterId: null, beside: {}, spec: { image: 'acme/seg:6' } }); // prettier-ignore
  });

  it.each<[string, Partial<JobSpec>, RunaiExtension | null, string, FieldVerdict['verdict'], object]>([
    ['batch', { jobKind: 'BATCH' }, null, 'spec.jobKind', 'HONOURED', {}],
    ['interactive', { jobKind: 'INTERACTIVE' }, null, 'spec.jobKind', 'HONOURED', {}],
    ['a service', { jobKind: 'SERVICE' }, serving, 'spec.jobKind', 'HONOURED', { servingPort: { container: 8080 } }],
    ['a command', { command: ['sh', '-c', "echo 'a b'"] }, null, 'spec.command', 'TRANSLATED', { command: String.raw`sh -c 'echo '\''a b'\'''` }],
    ['arguments', { args: ['--epochs', '', 'two words'] }, null, 'spec.args', 'TRANSLATED', { args: "--epochs '' 'two words'" }],
    ['a directory', { workingDirectory: '/work' }, null, 'spec.workingDirectory', 'HONOURED', { workingDir: '/work' }],
    ['a variable', { env: [{ name: 'A', value: 'x' }] }, null, 'spec.env.0.name', 'HONOURED', { environmentVariables: [{ name: 'A', value: 'x' }] }],
    ['a secret', { secretEnv: [{ name: 'A', secret: 's', key: 'k' }] }, null, 'spec.secretEnv.0.name', 'HONOURED', { environmentVariables: [{ name: 'A', secret: { name: 's', key: 'k' } }] }],
    ['cores', resources({ cpuMillis: 1500 }), null, 'spec.resources.cpuMillis', 'HONOURED', { compute: { cpuCoreRequest: 1.5 } }],
    ['memory', resources({ memoryBytes: bytes(3 * 2 ** 30) }), null, 'spec.resources.memoryBytes', 'HONOURED', { compute: { cpuMemoryRequest: '3Gi' } }],
    ['odd memory', resources({ memoryBytes: bytes(1_000_001) }), null, 'spec.resources.memoryBytes', 'HONOURED', { compute: { cpuMemoryRequest: '1000001' } }],
    ['no memory', resources({ memoryBytes: bytes(0) }), null, 'spec.resources.memoryBytes', 'IGNORED', {}],
    ['no GPU', resources({ gpuMillis: 0 }), null, 'spec.resources.gpuMillis', 'HONOURED', { compute: { gpuDevicesRequest: 0 } }],
    ['GPUs', resources({ gpuMillis: 2000 }), null, 'spec.resources.gpuMillis', 'HONOURED', { compute: { gpuDevicesRequest: 2 } }],
    ['a part of a GPU', resources({ gpuMillis: 250 }), null, 'spec.resources.gpuMillis', 'TRANSLATED', { compute: { gpuDevicesRequest: 1, gpuRequestType: 'portion', gpuPortionRequest: 0.25 } }],
    ['parts of GPUs', resources({ gpuMillis: 900 }), { gpuPortion: 0.3 }, 'spec.resources.gpuMillis', 'TRANSLATED', { compute: { gpuDevicesRequest: 3, gpuRequestType: 'portion', gpuPortionRequest: 0.3 } }],
    ['a portion alone', {}, { gpuPortion: 0.3 }, 'extensions.runai.gpuPortion', 'HONOURED', { compute: { gpuDevicesRequest: 1, gpuRequestType: 'portion', gpuPortionRequest: 0.3 } }],
    ['GPU memory', {}, { gpuMemoryBytes: 2 ** 30 }, 'extensions.runai.gpuMemoryBytes', 'HONOURED', { compute: { gpuDevicesRequest: 1, gpuRequestType: 'memory', gpuMemoryRequest: '1Gi' } }],
    ['GPU memory of one', resources({ gpuMillis: 1000 }), { gpuMemoryBytes: 5 }, 'spec.resources.gpuMillis', 'TRANSLATED', {}],
    ['shared memory', {}, { largeShm: true }, 'extensions.runai.largeShm', 'HONOURED', { compute: { largeShmRequest: true } }],
    ['a model by pools', resources({ gpuMillis: 1000, gpuModel: 'A100' }), { nodePools: ['a100'] }, 'spec.resources.gpuModel', 'IGNORED', { nodePools: ['a100'] }],
    ['a volume', input(volume('set')), null, 'spec.inputs.0', 'TRANSLATED', { storage: { pvc: [{ existingPvc: true, claimName: 'set', path: '/data', readOnly: true }] } }],
    ['a volume both ways', { ...input(volume('set')), ...output(volume('set'), '/data') }, null, 'spec.outputs.0', 'TRANSLATED', { storage: { pvc: [{ existingPvc: true, claimName: 'set', path: '/data', readOnly: false }] } }],
    ['a bucket', input(s3({ region: 'eu-west-1' })), { s3Secret: 'keys' }, 'spec.inputs.0', 'TRANSLATED', { storage: { s3: [{ bucket: 'acme', path: '/data', url: 'https://s3.eu-west-1.amazonaws.com', accessKeySecret: 'keys' }] } }],
    ['a repository', {}, { git: [{ repository: 'https://git.example/a.git', path: '/src', branch: 'main' }] }, 'extensions.runai.git.0', 'HONOURED', { storage: { git: [{ repository: 'https://git.example/a.git', path: '/src', branch: 'main' }] } }],
    ['retries', { maxRetries: 2 }, null, 'spec.maxRetries', 'HONOURED', { backoffLimit: 2 }],
    ['retries of many', { maxRetries: 2, count: 3 }, null, 'spec.maxRetries', 'TRANSLATED', {}],
    ['retries of a service', { maxRetries: 2, jobKind: 'SERVICE' }, serving, 'spec.maxRetries', 'IGNORED', {}],
    ['one', { count: 1 }, null, 'spec.count', 'HONOURED', { parallelism: 1, completions: 1 }],
    ['many', { count: 3 }, null, 'spec.count', 'TRANSLATED', { parallelism: 3, completions: 3 }],
    ['replicas', { count: 3, jobKind: 'SERVICE' }, serving, 'spec.count', 'TRANSLATED', { autoscaling: { minReplicas: 3, maxReplicas: 3 } }],
    ['workers', { count: 3 }, { distributed: { framework: 'PyTorch' } }, 'spec.count', 'TRANSLATED', { distributedFramework: 'PyTorch', numWorkers: 3 }],
    ['told workers', {}, { distributed: { framework: 'MPI', workers: 2, master: true } }, 'extensions.runai.distributed.workers', 'HONOURED', { distributedFramework: 'MPI', numWorkers: 2 }],
    ['a label', { labels: [{ key: 'team', value: 'nlp' }] }, null, 'spec.labels.0', 'HONOURED', { labels: [{ name: 'team', value: 'nlp' }] }],
    ['a tag', { labels: [{ key: 'bare', value: null }] }, null, 'spec.labels.0', 'TRANSLATED', { labels: [{ name: 'bare', value: '' }] }],
    ['a text', { labels: [{ key: 'note', value: 'two words' }] }, null, 'spec.labels.0', 'TRANSLATED', { annotations: [{ name: 'note', value: 'two words' }] }],
    ['a priority', { priority: 7 }, null, 'spec.priority', 'IGNORED', {}],
    ['a class', {}, { priorityClass: 'medium-high' }, 'extensions.runai.priorityClass', 'HONOURED', { priorityClass: 'medium-high' }],
    ['preemption', {}, { preemptible: false }, 'extensions.runai.preemptible', 'HONOURED', { preemptibility: 'non-preemptible' }],
    ['a category', {}, { category: 'Eval' }, 'extensions.runai.category', 'HONOURED', { category: 'Eval' }],
    ['a port', {}, { ports: [{ container: 80 }] }, 'extensions.runai.ports.0', 'HONOURED', { ports: [{ container: 80, serviceType: 'ClusterIP' }] }],
    ['a time to be kept', {}, { autoDeleteAfterMs: 1500 }, 'extensions.runai.autoDeleteAfterMs', 'TRANSLATED', { autoDeletionTimeAfterCompletionSeconds: 2 }],
    ['whole seconds', {}, { autoDeleteAfterMs: 2000 }, 'extensions.runai.autoDeleteAfterMs', 'HONOURED', { autoDeletionTimeAfterCompletionSeconds: 2 }],
  ])('takes %s', (_, spec, extension, path, verdict, sent) => {
    const { of, draft, refused } = judged(requestOf(spec, extension));
    expect(refused).toEqual([]);
    expect(of(path)).toBe(verdict);
    expect(JSON.parse(JSON.stringify(draft.spec))).toMatchObject(sent);
  }); // prettier-ignore

  it.each<[string, Partial<JobSpec>, RunaiExtension | null, string]>([
    ['a daemon', { jobKind: 'DAEMON' }, null, 'spec.jobKind'],
    ['a service without a port', { jobKind: 'SERVICE' }, null, 'spec.jobKind'],
    ['no image', { image: null }, null, 'spec.image'],
    ['an application', { app: 'x' }, null, 'spec.app'],
    ['a secret without its key', { secretEnv: [{ name: 'A', secret: 's', key: null }] }, null, 'spec.secretEnv.0.name'],
    ['a secret of another name', { secretEnv: [{ name: 'A', secret: 'S_1', key: 'k' }] }, null, 'spec.secretEnv.0.name'],
    ['two variables of one name', { env: [{ name: 'A', value: '' }], secretEnv: [{ name: 'A', secret: 's', key: 'k' }] }, null, 'spec.secretEnv.0.name'],
    ['a variable of no name', { env: [{ name: '1A', value: '' }] }, null, 'spec.env.0.name'],
    ['a zero', { args: ['\0'] }, null, 'spec.args'],
    ['disk', resources({ diskBytes: bytes(1) }), null, 'spec.resources.diskBytes'],
    ['a model', resources({ gpuMillis: 1000, gpuModel: 'A100' }), null, 'spec.resources.gpuModel'],
    ['one GPU and a half', resources({ gpuMillis: 1500 }), null, 'spec.resources.gpuMillis'],
    ['no whole number of portions', resources({ gpuMillis: 1500 }), { gpuPortion: 0.4 }, 'spec.resources.gpuMillis'],
    ['a portion that is none', {}, { gpuPortion: 1.5 }, 'extensions.runai.gpuPortion'],
    ['two shares', {}, { gpuPortion: 0.5, gpuMemoryBytes: 5 }, 'extensions.runai.gpuPortion'],
    ['memory of two', resources({ gpuMillis: 2000 }), { gpuMemoryBytes: 5 }, 'spec.resources.gpuMillis'],
    ['a file', input({ type: 'URL', url: 'https://x.example/a' }), null, 'spec.inputs.0'],
    ['text', input({ type: 'INLINE', text: 'a' }), null, 'spec.inputs.0'],
    ['a relative path', input(volume('set'), 'data'), null, 'spec.inputs.0'],
    ['a claim of no name', input(volume('My Set')), null, 'spec.inputs.0'],
    ['two mounts at a path', { ...input(volume('a')), ...output(volume('b'), '/data') }, null, 'spec.outputs.0'],
    ['a part of a bucket', input(s3({ key: 'a/b' })), null, 'spec.inputs.0'],
    ['a bucket in a service', { ...input(s3()), jobKind: 'SERVICE' }, serving, 'spec.inputs.0'],
    ['an endpoint with a password', input(s3({ endpoint: 'https://u:p@s3.example' })), null, 'spec.inputs.0'],
    ['an output of no place', output(null), null, 'spec.outputs.0'],
    ['an output in a bucket', output(s3()), null, 'spec.outputs.0'],
    ['a time limit', { executionTimeoutMs: 1 }, null, 'spec.executionTimeoutMs'],
    ['a limit of waiting', { queueTimeoutMs: 1 }, null, 'spec.queueTimeoutMs'],
    ['two workspaces', { count: 2, jobKind: 'INTERACTIVE' }, null, 'spec.count'],
    ['other workers', { count: 2 }, { distributed: { framework: 'TF', workers: 3 } }, 'spec.count'],
    ['a label of no name', { labels: [{ key: 'a b', value: null }] }, null, 'spec.labels.0'],
    ['a distributed service', { jobKind: 'SERVICE' }, { ...serving, distributed: { framework: 'TF' } }, 'extensions.runai.distributed.framework'],
    ['a serving port of a training', {}, serving, 'extensions.runai.servingPort'],
    ['a port of none', {}, { ports: [{ container: 0 }] }, 'extensions.runai.ports.0'],
    ['a password in an address', {}, { git: [{ repository: 'https://u:p@git.example/a', path: '/a' }] }, 'extensions.runai.git.0'],
    ['a secret of no bucket', {}, { s3Secret: 'keys' }, 'extensions.runai.s3Secret'],
    ['pools twice', {}, { nodePools: ['a', 'a'] }, 'extensions.runai.nodePools'],
    ['a cluster of no id', {}, { clusterId: 'c1' }, 'extensions.runai.clusterId'],
    ['no template', {}, { templateId: '' }, 'extensions.runai.templateId'],
  ])('refuses %s', (_, spec, extension, path) => {
    expect(judged(requestOf(spec, extension)).refused).toEqual([path]);
  }); // prettier-ignore

  it('wants a project, unless one is set', () => {
    const request = requestOf({}, null, null);
    expect(judged(request).refused).toEqual(['project']);
    const { refused, draft, of } = judged(request, { defaultProject: '7' });
    expect([refused, draft.projectId, of('project')]).toEqual([[], '7', undefined]);
    expect(judged(requestOf({}, null, 'd:4' as NativeKey)).refused).toEqual(['project']);
    expect(judged(requestOf({}, null, '../x' as NativeKey)).refused).toEqual(['project']);
  });

  it('keeps to the cluster of the connection', () => {
    expect(judged(requestOf(), { cluster: CLUSTER }).draft.clusterId).toBe(CLUSTER);
    expect(judged(requestOf({}, { clusterId: CLUSTER })).draft.clusterId).toBe(CLUSTER);
    const other = CLUSTER.replace('b', 'a');
    expect(judged(requestOf({}, { clusterId: other }), { cluster: CLUSTER }).refused).toEqual(['extensions.runai.clusterId']); // prettier-ignore
    expect(judged(requestOf({}, { clusterId: CLUSTER.toUpperCase() }), { cluster: CLUSTER }).refused).toEqual(
      [],
    );
  });

  it('takes a template in place of an image', () => {
    const { refused, draft } = judged(requestOf({ image: null }, { templateId: 't-1' }));
    expect(refused).toEqual([]);
    expect(draft.beside).toEqual({ templateId: 't-1' });
  });

  it('never repeats the value of a variable', () => {
    const { verdicts, notes } = judged(requestOf({ env: [{ name: '1', value: 'canary' }] }));
    expect(JSON.stringify([verdicts, notes])).not.toContain('canary');
  });
});

describe('spelling', () => {
  it('words come back from a shell-like splitter as they were', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' }).map((word) => word.replaceAll('\0', ''))),
        (words) => {
          expect(splitWords(shellLine(words))).toEqual(words);
        },
      ),
    );
  });

  it('quantities are exact', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (amount) => {
        expect(parseQuantity(byteQuantity(amount))).toBe(amount);
      }),
    );
    expect([0, 1024, 1536, 2 ** 50].map(byteQuantity)).toEqual(['0', '1Ki', '1536', '1Pi']);
  });

  it('names are DNS labels that end with the stamp', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(1000), (name, n) => {
        const given = nameOf(name, stampOf(n));
        expect(given).toMatch(/^[a-z][-a-z0-9]{1,44}$/);
        expect(given.endsWith(nameEnding(stampOf(n)))).toBe(true);
        expect(nameEnding(stampOf(n))).toMatch(/^-[a-z2-7]{16}$/);
      }),
    );
  });
});
