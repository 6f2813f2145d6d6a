import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SPEC } from '../../test/submit-once/subjects.ts';
import type { InputSource, JobSpec, OutputDestination } from '../model/job-spec.ts';
import type { Label } from '../model/records.ts';
import { bytes } from '../model/units.ts';
import { checkKey } from './once-key.ts';
import { checkSpec } from './spec-check.ts';

const problemsOf = (change: Partial<JobSpec>): string[] =>
  checkSpec({ ...SPEC, ...change }).map(({ path, message }) => `${path.slice(1).join('.')} ${message}`);

const resources = (change: Partial<JobSpec['resources']>): Partial<JobSpec> => ({
  resources: { ...SPEC.resources, ...change },
});
const input = (source: InputSource, path = '/data/in'): Partial<JobSpec> => ({ inputs: [{ path, source }] });
const output = (destination: OutputDestination | null, path = '/data/out'): Partial<JobSpec> => ({
  outputs: [{ name: 'out', path, destination }],
});
const url = (text: string): Partial<JobSpec> => input({ type: 'URL', url: text });
const s3 = (bucket: string, key = 'k', endpoint: string | null = null): Partial<JobSpec> =>
  input({ type: 'S3', bucket, key, region: null, endpoint });
const labels = (...list: Label[]): Partial<JobSpec> => ({ labels: list });
const many = <T>(count: number, make: (nth: number) => T): T[] =>
  Array.from({ length: count }, (_, nth) => make(nth));

const WELL: readonly (readonly [string, Partial<JobSpec>])[] = [
  ['nothing but a name', {}],
  ['a name in any script', { name: 'Größe 測試 🧮' }],
  ['the longest name', { name: 'n'.repeat(200) }],
  ['an app', { image: null, app: 'docker-batch' }],
  ['neither image nor app: an extension may say', { image: null }],
  ['an image with a digest', { image: `acme/seg@sha256:${'0'.repeat(64)}` }],
  ['an empty word, and one with line breaks', { command: ['', 'a\nb\tc'], args: ['-c', ''] }],
  ['an empty value', { env: [{ name: 'A_1', value: '' }] }],
  ['a secret of one value', { secretEnv: [{ name: 'TOKEN', secret: 'vault/token', key: null }] }],
  ['the least of everything', resources({ cpuMillis: 1, memoryBytes: bytes(1), gpuMillis: 0 })],
  ['a kind of GPU', resources({ gpuMillis: 500, gpuModel: 'A100' })],
  ['no retries', { maxRetries: 0, count: 1 }],
  ['a relative path', input({ type: 'VOLUME', name: 'v' }, 'in/file..txt')],
  ['an address', url('https://files.example/a?b=c')],
  ['S3', s3('my.bucket-1', 'a/b', 'https://s3.example')],
  ['IPFS', input({ type: 'IPFS', cid: 'bafybeigdyrzt5' })],
  ['text', input({ type: 'INLINE', text: '' })],
  ['an output without a place', output(null)],
  ['a bare label, and an empty one', labels({ key: 'tag', value: null }, { key: 'a/b', value: '' })],
];

const WRONG: readonly (readonly [string, Partial<JobSpec>, string])[] = [
  ['an empty name', { name: ' ' }, 'name must not be empty'],
  ['a long name', { name: 'n'.repeat(201) }, 'name must have at most 200 characters'],
  ['a name of two lines', { name: 'a\nb' }, 'name must not hold control characters'],
  ['half a character', { name: 'a\ud800' }, 'name must be valid Unicode'],
  ['an image with a blank', { image: 'acme seg' }, 'image must hold no blanks'],
  ['an empty image', { image: '' }, 'image must not be empty'],
  ['image and app', { app: 'x' }, 'app cannot be given together with "image": one of them says what to run'],
  ['a relative directory', { workingDirectory: 'data' }, 'workingDirectory must be an absolute path'],
  ['a zero byte', { command: ['a', 'b\0'] }, 'command.1 must not hold a zero byte'],
  ['a long word', { args: ['x'.repeat(65_537)] }, 'args.0 must have at most 65536 characters'],
  ['too many words', { args: many(2_001, String) }, 'args must hold at most 2000 words'],
  ['a variable that begins with a digit', { env: [{ name: '1A', value: '' }] }, 'env.0.name must be letters, digits and underscores, not beginning with a digit'], // prettier-ignore
  ['a variable twice', { env: [{ name: 'A', value: '1' }], secretEnv: [{ name: 'A', secret: 's', key: null }] }, 'secretEnv.0.name is given twice'], // prettier-ignore
  ['a zero byte in a value', { env: [{ name: 'A', value: '\0' }] }, 'env.0.value must not hold a zero byte'],
  ['a secret without a name', { secretEnv: [{ name: 'A', secret: '', key: null }] }, 'secretEnv.0.secret must not be empty'], // prettier-ignore
  ['no CPU', resources({ cpuMillis: 0 }), 'resources.cpuMillis must be a whole number from 1 to 10000000'], // prettier-ignore
  ['half of a thousandth', resources({ cpuMillis: 1.5 }), 'resources.cpuMillis must be a whole number from 1 to 10000000'], // prettier-ignore
  ['a kind of no GPU', resources({ gpuModel: 'A100' }), 'resources.gpuModel needs "gpuMillis" above 0'],
  ['a negative time', { executionTimeoutMs: -1 }, 'executionTimeoutMs must be a whole number from 1 to 316224000000'], // prettier-ignore
  ['no indexes', { count: 0 }, 'count must be a whole number from 1 to 100000'],
  ['too many retries', { maxRetries: 1_001 }, 'maxRetries must be a whole number from 0 to 1000'],
  ['a way out', input({ type: 'VOLUME', name: 'v' }, '/data/../etc'), 'inputs.0.path must not hold ".."'],
  ['a way out for outputs', output(null, '../x'), 'outputs.0.path must not hold ".."'],
  ['no address', url('files.example/a'), 'inputs.0.source.url must be an absolute http or https URL'],
  ['another scheme', url('file:///etc/passwd'), 'inputs.0.source.url must be an absolute http or https URL'],
  ['a password', url('https://ada:secret@files.example'), 'inputs.0.source.url must not hold a user or a password'], // prettier-ignore
  ['a bucket in capitals', s3('Bucket'), 'inputs.0.source.s3.bucket must be a bucket name: lower-case letters, digits, dots and hyphens'], // prettier-ignore
  ['a long key', s3('bucket', 'k'.repeat(1_025)), 'inputs.0.source.s3.key must have at most 1024 characters'],
  ['an endpoint with a password', s3('bucket', 'k', 'https://:p@s3.example'), 'inputs.0.source.s3.endpoint must not hold a user or a password'], // prettier-ignore
  ['a content id with a slash', input({ type: 'IPFS', cid: 'baf/x' }), 'inputs.0.source.ipfs must be a content id of letters and digits'], // prettier-ignore
  ['a destination without a name', output({ type: 'VOLUME', name: '' }), 'outputs.0.destination.volume must not be empty'], // prettier-ignore
  ['a label of ours', labels({ key: 'gridweave-key', value: 'x' }), 'labels.0.key must not begin with "gridweave-": the gateway’s own labels do'], // prettier-ignore
  [
    'a label twice',
    labels({ key: 'a', value: '1' }, { key: 'a', value: null }),
    'labels.1.key is given twice',
  ],
  ['a label of two lines', labels({ key: 'a', value: 'b\nc' }), 'labels.0.value must not hold control characters'], // prettier-ignore
  ['too many labels', labels(...many(201, (nth) => ({ key: `l${String(nth)}`, value: null }))), 'labels must hold at most 200 labels'], // prettier-ignore
];

describe('a specification', () => {
  test.each(WELL)('with %s is well-formed', (_name, change) => {
    expect(problemsOf(change)).toEqual([]);
  });

  test.each(WRONG)('with %s is not', (_name, change, problem) => {
    expect(problemsOf(change)).toEqual([problem]);
  });

  test('is told of everything that is wrong with it at once', () => {
    const change = { name: '', count: 0, ...labels({ key: '', value: null }), ...output(null, '..') };
    expect(problemsOf(change)).toHaveLength(4);
  });

  test('never comes back in a message', () => {
    const canary = 'canary5b0f6a1c9d3e4f27';
    const text = fc.constantFrom(`${canary}\n`, `${canary} \0`, `${canary}\ud800`, canary.repeat(4_000), `../${canary}/..`); // prettier-ignore
    const arbitrary = fc.record({
      name: text,
      image: text,
      app: text,
      workingDirectory: text,
      command: fc.array(text, { maxLength: 2 }),
      env: fc.array(fc.record({ name: text, value: text }), { maxLength: 2 }),
      secretEnv: fc.array(fc.record({ name: text, secret: text, key: text }), { maxLength: 2 }),
      labels: fc.array(fc.record({ key: text, value: text }), { maxLength: 2 }),
      inputs: fc.array(
        fc.record({ path: text, source: fc.record({ type: fc.constant('URL' as const), url: text }) }),
        { maxLength: 2 },
      ),
    });
    fc.assert(
      fc.property(arbitrary, (change) => {
        const problems = checkSpec({ ...SPEC, ...change });
        expect(problems.length).toBeGreaterThan(0);
        expect(JSON.stringify(problems)).not.toContain(canary);
      }),
    );
  });

  test('of any shape is judged, whatever its texts and numbers', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const arbitrary = fc.record({
      name: text,
      image: fc.option(text),
      app: fc.option(text),
      workingDirectory: fc.option(text),
      command: fc.array(text),
      args: fc.array(text),
      env: fc.array(fc.record({ name: text, value: text })),
      executionTimeoutMs: fc.option(fc.double()),
      count: fc.option(fc.double()),
      labels: fc.array(fc.record({ key: text, value: fc.option(text) })),
    });
    fc.assert(
      fc.property(arbitrary, (change) => {
        for (const { path, message } of checkSpec({ ...SPEC, ...change })) {
          expect(path[0]).toBe('spec');
          expect(message).toMatch(/^(must|cannot|is|needs|has) /);
        }
      }),
    );
  });
});

describe('an idempotency key', () => {
  test.each(['a', 'nightly 2026-05-11', '🧮', 'k'.repeat(255)])('may be %j', (key) => {
    expect(checkKey(key)).toEqual([]);
  });

  test.each(['', '  ', 'k'.repeat(256), 'a\nb', 'a\ud800'])('may not be %j', (key) => {
    expect(checkKey(key)).toMatchObject([{ type: 'INVALID_FIELD', problem: { path: ['idempotencyKey'] } }]);
  });
});
