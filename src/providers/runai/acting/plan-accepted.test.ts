import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { specOf, startActing, stampOf } from '../../../../test/support/runai-acting.ts';
import { callContext } from '../../../../test/support/runai-service.ts';
import type { InputSource, JobSpec, SpecOutput } from '../../../model/job-spec.ts';
import { epochMs } from '../../../model/time.ts';
import type { Bytes } from '../../../model/units.ts';
import { FRAMEWORKS, PRIORITY_CLASSES, type RunaiExtension } from '../extension.ts';

const volume = (name: string) => ({ type: 'VOLUME', name }) as const;
const s3 = () => ({ type: 'S3', bucket: 'acme', key: '', region: null, endpoint: null }) as const;
const word = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replaceAll('\0', ''));
const name = fc.stringMatching(/^[A-Za-z_]\w{0,8}$/);
const secret = fc.stringMatching(/^[a-z]([a-z-]{0,3}[a-z])?$/);
const absolute = fc.stringMatching(/^\/[a-z]{2,8}$/);
const claim = fc.stringMatching(/^[a-z]([a-z.-]{0,5}[a-z])?$/).map(volume);
const port = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 65_535 }) }, fc.integer());
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 2 });
/** Mostly the one, sometimes the other. */
const mostly = <T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 15, arbitrary: usual }, { weight: 1, arbitrary: other });

const NO = {
  cpuMillis: fc.constant(null),
  memoryBytes: fc.constant(null),
  diskBytes: fc.constant(null),
  gpuModel: fc.constant(null),
};
const anySpec = {
  command: fc.array(word, { maxLength: 3 }),
  args: fc.array(word, { maxLength: 3 }),
  workingDirectory: maybe(absolute),
  env: fc.uniqueArray(fc.record({ name: mostly(name, word), value: word }), { maxLength: 3, selector: (v) => v.name }), // prettier-ignore
  secretEnv: fc.array(fc.record({ name: name.map((n) => `${n}.s`), secret: mostly(secret, word), key: mostly<string | null>(name, fc.constant(null)) }), { maxLength: 1 }), // prettier-ignore
  resources: fc.record({
    cpuMillis: maybe(fc.integer({ min: 1, max: 4000 })),
    memoryBytes: maybe(fc.integer({ min: 1, max: 2 ** 40 }).map((n) => n as Bytes)),
    diskBytes: fc.constant(null),
    gpuMillis: maybe(mostly(fc.oneof(fc.constantFrom(0, 1000, 2000), fc.integer({ min: 1, max: 999 })), fc.nat(9000))), // prettier-ignore
    gpuModel: fc.constant(null),
  }),
  inputs: fc.uniqueArray(fc.record({ path: mostly(absolute, word), source: mostly<InputSource>(claim, fc.constant(s3())) }), { maxLength: 2, selector: (v) => v.path }), // prettier-ignore
  outputs: fc.array(fc.record({ name, path: absolute.map((path) => `${path}/out`), destination: mostly<SpecOutput['destination']>(claim, fc.constant(null)) }), { maxLength: 1 }), // prettier-ignore
  maxRetries: maybe(fc.nat(5)),
  labels: fc.uniqueArray(fc.record({ key: mostly(name.map((n) => `l${n}l`), word), value: maybe(fc.oneof(name, word)) }), { maxLength: 3, selector: (v) => v.key }), // prettier-ignore
  priority: maybe(fc.nat(9)),
};

const anyExtension = {
  nodePools: fc.constantFrom([], ['default']),
  priorityClass: fc.constantFrom(...PRIORITY_CLASSES),
  preemptible: fc.boolean(),
  category: fc.constantFrom('Train', 'Eval'),
  ports: fc.array(fc.record({ container: port, external: maybe(port) }), { maxLength: 1 }),
  largeShm: fc.boolean(),
  autoDeleteAfterMs: mostly(fc.integer({ min: 0, max: 1e9 }), fc.integer()),
  git: fc.array(fc.record({ repository: fc.oneof(fc.webUrl(), word), path: absolute.map((path) => `${path}/git`), secret: maybe(secret) }), { maxLength: 1 }), // prettier-ignore
};
const count = maybe(fc.integer({ min: 1, max: 5 }));
const record = <T>(given: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(given, { requiredKeys: [] });

/** Requests of every kind, some of which are refused. */
const anyRequest: fc.Arbitrary<{ spec: Partial<JobSpec>; extension: RunaiExtension | null }> = fc.oneof(
  fc.record({
    spec: fc.record({ ...anySpec, jobKind: fc.constantFrom('BATCH' as const, null), count }),
    extension: maybe(record(anyExtension)),
  }),
  fc.record({
    spec: fc.record({ ...anySpec, jobKind: fc.constant('INTERACTIVE' as const), count: mostly(fc.constant(null), count) }), // prettier-ignore
    extension: maybe(record(anyExtension)),
  }),
  fc.record({
    spec: fc.record({ ...anySpec, jobKind: fc.constant('SERVICE' as const), count }),
    extension: fc.record({ ...anyExtension, servingPort: fc.record({ container: port }) }),
  }),
  fc.record({
    spec: fc.record({ ...anySpec, count }),
    extension: fc.record({ ...anyExtension, distributed: fc.record({ framework: fc.constantFrom(...FRAMEWORKS), master: maybe(fc.boolean()) }) }), // prettier-ignore
  }),
  // Shares of GPUs, which the specification may say the sum of.
  fc.record({
    spec: fc.record({
      resources: fc.record({ ...NO, gpuMillis: maybe(fc.constantFrom(500, 1000, 1500, 900)) }),
    }),
    extension: record({ gpuPortion: fc.constantFrom(0.25, 0.5, 1, 0.3, 2), largeShm: fc.boolean() }),
  }),
  fc.record({
    spec: fc.record({ resources: fc.record({ ...NO, gpuMillis: fc.constantFrom(1000, null) }) }),
    extension: record({ gpuMemoryBytes: fc.nat(2 ** 31 - 1) }),
  }),
);

describe('what the plan accepts', () => {
  it('the service accepts', async () => {
    const { acting, rig, project } = await startActing({}, { maxGpuDevices: 1_000_000 });
    const pools = (await rig.read<{ nodepools: { name: string }[] }>('/api/v1/node-pools')).nodepools;
    let serial = 0;
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(anyRequest, async ({ spec, extension }) => {
        const nodePools = extension?.nodePools?.map(() => pools[0]!.name);
        const ext =
          extension === null ? null : { ...extension, ...(nodePools === undefined ? {} : { nodePools }) };
        const request = { spec: specOf(spec), project, extension: ext };
        if (acting.plan(request).verdicts.some(({ verdict }) => verdict === 'REFUSED')) return;
        serial += 1;
        const answer = await acting.submit(request, stampOf(serial), {
          ...callContext(),
          deadlineAt: epochMs(rig.clock.now() + 60_000),
        });
        expect(answer).toMatchObject({ outcome: 'CREATED' });
        sent += 1;
      }),
      { numRuns: 300 },
    );
    expect(sent).toBeGreaterThan(100);
  });
});
