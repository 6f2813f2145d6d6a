import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  actingRig,
  createdJob,
  requestOf,
  stampNo,
  type ActingRig,
  type Asked,
} from '../../../../test/support/qarnot-acting.ts';
import { testContext } from '../../../../test/support/upstream-calls.ts';
import type { NativeKey } from '../../../model/ids.ts';
import { bytes } from '../../../model/units.ts';
import type { QarnotExtension } from '../extension.ts';

const RUNS = 200;

const MEMBERS = [
  'image', 'args', 'env', 'resources', 'inputs', 'outputs', 'queueTimeoutMs', 'maxRetries', 'count', 'labels', 'priority',
] as const; // prettier-ignore

const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { freq: 2 });
const text = fc.string({ unit: 'binary', maxLength: 30 });
const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,8}$/);
const amount = (max: number) => maybe(fc.integer({ min: 0, max }));

/** What is there for a submission to name. */
interface Place {
  readonly pool: string;
  readonly job: string;
  readonly task: string;
  readonly projects: readonly NativeKey[];
}

async function furnish({ client, adapter }: ActingRig): Promise<Place> {
  const pool = await client.post<{ uuid: string }>('/pools', {
    name: 'p',
    profile: 'docker-batch',
    instanceCount: 1,
  });
  const job = await client.post<{ uuid: string }>('/jobs/', { name: 'j', useDependencies: true });
  const task = await client.submit('true', { jobUuid: job.uuid });
  const { rows } = await adapter.list(
    'project',
    { after: null, limit: 10, filter: {}, order: { field: 'NAME', direction: 'ASC' } },
    testContext(),
  );
  return { pool: pool.uuid, job: job.uuid, task, projects: rows.map(({ record }) => record.key) };
}

function asked({ pool, job, task, projects }: Place): fc.Arbitrary<Asked> {
  const key = fc.oneof({ weight: 15, arbitrary: word }, text);
  const path = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('/job', '.', '') },
    fc.constantFrom('a', '/job/a/b', '/tmp', '../x'),
  );
  const prefix = maybe(fc.constantFrom('', 'a', 'x/a/b/', '/', 'a/b'));
  const bucket = fc.record({ type: fc.constant('BUCKET' as const), bucket: word, prefix });
  const spec = fc.record({
    name: fc.string({ minLength: 1, maxLength: 40 }),
    image: maybe(
      fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom('alpine', 'org/tool:1', 'docker.io/a/b') },
        fc.constantFrom('ghcr.io/a/b', 'a@sha256:1', ':'),
      ),
    ),
    app: maybe(fc.constantFrom('docker-network', 'blender')),
    command: fc.array(text, { maxLength: 3 }),
    args: fc.array(text, { maxLength: 3 }),
    env: fc.array(fc.record({ name: key, value: text }), { maxLength: 4 }),
    resources: fc.record({
      cpuMillis: amount(64_000),
      memoryBytes: amount(64e9).map((value) => bytes(value)),
      diskBytes: fc.constant(null),
      gpuMillis: amount(1_100),
      gpuModel: fc.constant(null),
    }),
    inputs: fc.array(fc.record({ path, source: bucket }), { maxLength: 2 }),
    outputs: fc.array(fc.record({ name: word, path, destination: bucket }), { maxLength: 2 }),
    queueTimeoutMs: amount(10_000_000),
    maxRetries: amount(5),
    count: maybe(fc.integer({ min: 1, max: 50 })),
    labels: fc.array(fc.record({ key, value: maybe(text) }), { maxLength: 12 }),
    priority: amount(100),
  });
  const where = fc.constantFrom<QarnotExtension>(
    {},
    { profile: 'docker-batch' },
    { poolUuid: pool },
    { jobUuid: job },
    { jobUuid: job, dependsOn: [task] },
    { dependsOn: [task] },
    { poolUuid: pool, jobUuid: job },
    { profile: 'blender', poolUuid: pool },
  );
  const paid = fc.constantFrom<QarnotExtension>(
    {},
    { schedulingType: 'FLEX' },
    { schedulingType: 'ON_DEMAND' },
    { schedulingType: 'RESERVED', reservedMachineKey: '32c-128g' },
    { reservedMachineKey: '32c-128g' },
  );
  const rest = fc.record(
    {
      constants: fc.array(fc.record({ key, value: text }), { maxLength: 3 }),
      constraints: fc.array(fc.record({ key, value: text }), { maxLength: 2 }),
      advancedRanges: fc.constantFrom('0', '0-2,4', ' 7 - 9 ,1', '5-', ''),
      resultsBlacklist: text,
      completionTimeToLiveMs: fc.integer({ min: 0, max: 1e12 }),
      autoDelete: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const extension = fc.tuple(where, paid, rest).map(([a, b, c]): QarnotExtension => ({ ...a, ...b, ...c }));
  const few = fc.tuple(spec, fc.subarray([...MEMBERS], { maxLength: 4 })).map(([all, kept]) => ({
    name: all.name,
    image: 'alpine',
    ...Object.fromEntries(kept.map((member) => [member, all[member]])),
  }));
  return fc.record({
    spec: fc.oneof({ weight: 3, arbitrary: few }, spec),
    project: maybe(fc.constantFrom(...projects, 'default' as NativeKey)),
    extension: fc.oneof({ weight: 2, arbitrary: extension }, fc.constant(null)),
  });
}

it(
  'what a plan accepts, the service accepts, and shows as it was asked for',
  { timeout: 60_000 },
  async () => {
    const rig = await actingRig({ limits: { maxTask: 1_000_000 } });
    const place = await furnish(rig);
    let nth = 0;
    let accepted = 0;
    const property = fc.asyncProperty(asked(place), async (given) => {
      const request = requestOf(given);
      const { verdicts } = rig.acting.plan(request);
      nth += 1;
      if (verdicts.some(({ verdict }) => verdict === 'REFUSED')) return;
      accepted += 1;
      const stamp = stampNo(nth);
      const answer = await rig.acting.submit(request, stamp, testContext());
      // Whether a job has a pool is seen when it is read: a plan makes no call.
      const { image, app } = request.spec;
      const bare = given.extension?.jobUuid !== undefined && image === null && app === null;
      if (bare && given.extension?.profile === undefined) {
        expect(answer).toMatchObject({ outcome: 'REFUSED', error: { code: 'INVALID_ARGUMENT' } });
        return;
      }
      // A job it was put into may hold tasks of the same second.
      const made = createdJob(answer).tasks?.find((task) =>
        task.labels.some(({ value }) => value === stamp.id),
      );
      const { found } = await rig.adapter.get('task', [made?.key ?? ('' as NativeKey)], testContext());
      const shown = [...found.values()][0];
      expect(shown).toMatchObject({
        name: request.spec.name,
        count: made?.count,
        image: made?.image,
        command: made?.command,
        environmentNames: made?.environmentNames,
        resources: made?.resources,
        jobKey: made?.jobKey,
      });
      expect(shown?.environmentNames).toEqual(
        expect.arrayContaining(request.spec.env.map(({ name }) => name)),
      );
      const labels = shown?.labels.map(({ key, value }) => `${key}=${String(value)}`);
      expect(labels).toEqual(
        expect.arrayContaining(request.spec.labels.map(({ key, value }) => `${key}=${String(value)}`)),
      );
    });
    await fc.assert(property, { numRuns: RUNS });
    // About a third is: enough for the property to mean something.
    expect(accepted).toBeGreaterThan(RUNS / 8);
  },
);
