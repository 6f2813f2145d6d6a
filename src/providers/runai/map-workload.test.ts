import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProviderKey } from '../../model/ids.ts';
import type { JobRecord } from '../../model/records.ts';
import { STATES, type Reason, type State } from '../../model/state.ts';
import { epochMs } from '../../model/time.ts';
import { RowError, type Wire } from '../reading.ts';
import { jobRecord } from './map-workload.ts';
import { decodeWorkload } from './wire.ts';
import { jobKindOf, phasesFor } from './words.ts';

const ID = '0a6f1c1e-53a1-4f57-9a43-6f1d0a9b7c01';
const base: Wire = {
  tenantId: 1042,
  id: ID,
  type: 'Training',
  category: 'Train',
  name: 'seg-20',
  clusterId: 'b7d1a0de-2f0e-4c39-8d5f-0e6a4a1f9c11',
  projectId: '33',
  departmentName: 'research',
  submittedBy: 'rina@acme.example',
  createdAt: '2025-11-03T08:00:01.120Z',
  updatedAt: '2025-11-03T08:04:40.002Z',
  phase: 'Running',
  phaseMessage: '',
  phaseUpdatedAt: '2025-11-03T08:02:10.551Z',
  k8sPhase: 'Running',
  deletedAt: null,
  completedAt: null,
  conditions: [],
  priority: 40,
  runningPods: 1,
  requestedPods: { number: 1, parallelism: 1, completions: 1 },
  currentNodePools: ['a100'],
  workloadRequestedResources: {
    gpuRequestType: 'portion',
    gpu: { request: 2 },
    cpu: { request: 8 },
    cpuMemory: { request: '64G' },
  },
  images: ['acme/seg:6'],
  command: 'python',
  arguments: 'train.py --epochs 40',
  environmentVariables: { API_KEY: 'hush' },
  actionsSupport: { delete: true, suspend: true },
};

function job(wire: Wire = {}): JobRecord {
  return jobRecord('r' as ProviderKey, decodeWorkload({ ...base, ...wire }, epochMs(1)));
}

/** The table of the unified model. `Stopped` is in its own test. */
const EXPECTED: Record<string, readonly [State, Reason | null]> = {
  Creating: ['QUEUED', 'PROVIDER_SYNC'],
  Pending: ['QUEUED', 'CAPACITY'],
  Initializing: ['PREPARING', null],
  Resuming: ['PREPARING', null],
  Running: ['RUNNING', null],
  Degraded: ['RUNNING', null],
  Updating: ['RUNNING', null],
  Stopping: ['CANCELLING', 'USER_REQUEST'],
  Suspending: ['CANCELLING', 'USER_REQUEST'],
  Terminating: ['CANCELLING', null],
  Deleting: ['CANCELLING', null],
  Completed: ['SUCCEEDED', null],
  Failed: ['FAILED', null],
};

describe('phases', () => {
  it.each(Object.entries(EXPECTED))('%s is %j', (word, [state, reason]) => {
    expect(job({ phase: word }).status).toMatchObject({
      state,
      reason,
      raw: { value: word, field: 'phase' },
    });
    expect(job({ phase: word.toLowerCase() }).status.state).toBe(state);
    expect(job({ phase: word }).tasks?.[0]?.status.state).toBe(state);
    expect(phasesFor([state])).toContain(word);
  });

  it.each(['Unknown', 'Undefined', 'Hibernating', 'toString', '', null, 5])('%s is UNKNOWN', (word) => {
    expect(job({ phase: word }).status).toMatchObject({ state: 'UNKNOWN', reason: null });
  });

  it.each([
    [{ suspend: true }, 'Training', 'SUSPENDED', 'REPORTED'],
    [{ suspend: false }, 'Training', 'CANCELLED', 'REPORTED'],
    [{}, 'Training', 'CANCELLED', 'REPORTED'],
    [undefined, 'Workspace', 'SUSPENDED', 'INFERRED'],
    [null, 'Inference', 'CANCELLED', 'INFERRED'],
  ])('Stopped with actionsSupport %j of a %s is %s', (actionsSupport, type, state, confidence) => {
    const stopped = job({ phase: 'Stopped', actionsSupport, type });
    expect(stopped.status).toMatchObject({ state, confidence, desired: 'STOP' });
    expect(stopped.endedAt === null).toBe(state === 'SUSPENDED');
    expect(phasesFor([stopped.status.state])).toContain('Stopped');
  });

  it('says more of some', () => {
    expect(job({ phase: 'Degraded' }).status.degraded).toBe(true);
    expect(job().status.degraded).toBe(false);
    expect(job({ phase: 'Updating' }).status).toMatchObject({ confidence: 'INFERRED', message: expect.any(String) as string }); // prettier-ignore
    for (const phaseReason of ['NonPreemptibleOverQuota', 'OverLimit']) {
      const { reason, raw } = job({ phase: 'Pending', phaseReason }).status;
      expect([reason, raw.detail]).toEqual(['QUOTA', phaseReason]);
    }
    expect(job({ phase: 'Pending', phaseReason: 'SomethingNewer' }).status.reason).toBe('CAPACITY');
    expect(job({ phase: 'Resuming' }).status.desired).toBe('RUN');
    expect(job({ phase: 'Deleting' }).status.desired).toBe('DELETE');
  });

  it.each([
    [{ phaseMessage: 'container main was OOMKilled' }, 'OUT_OF_MEMORY'],
    [{ k8sPhase: 'ImagePullBackOff' }, 'IMAGE_UNAVAILABLE'],
    [{ conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }] }, 'EXIT_NONZERO'],
    [{ conditions: [null, 7, { reason: 'DeadlineExceeded' }] }, 'TIME_LIMIT'],
    [{ phaseMessage: 'something else' }, null],
  ])('Failed with %j has the reason %s', (wire, reason) => {
    expect(job({ phase: 'Failed', ...wire }).status.reason).toBe(reason);
  });

  it('makes a tombstone of what was deleted, and leaves an end as it was', () => {
    const deletedAt = '2025-11-03T09:00:00Z';
    const running = job({ deletedAt });
    expect(running.status).toMatchObject({
      state: 'CANCELLED',
      reason: 'DELETED_UPSTREAM',
      desired: 'DELETE',
    });
    expect(running.endedAt).toBe(Date.parse(deletedAt));
    const done = job({ deletedAt, phase: 'Completed', completedAt: '2025-11-03T08:30:00Z' });
    expect(done.status).toMatchObject({ state: 'SUCCEEDED', reason: null, desired: 'DELETE' });
    expect(done.endedAt).toBe(Date.parse('2025-11-03T08:30:00Z'));
  });

  it('finds exactly the words of a set of states', () => {
    fc.assert(
      fc.property(fc.subarray([...STATES]), (states) => {
        const words = phasesFor(states);
        if (states.includes('UNKNOWN')) {
          expect(words).toBeNull();
          return;
        }
        const expected = Object.keys(EXPECTED).filter((word) => states.includes(EXPECTED[word]![0]));
        const stopped = states.includes('SUSPENDED') || states.includes('CANCELLED') ? ['Stopped'] : [];
        expect([...words!].sort()).toEqual([...expected, ...stopped].sort());
      }),
    );
  });
});

describe('a workload', () => {
  it('reads its fields', () => {
    const record = job();
    expect(record).toMatchObject({
      key: ID,
      name: 'seg-20',
      projectKey: '33',
      jobKind: 'BATCH',
      origin: 'NATIVE',
      priority: 40,
      generation: 1,
      revision: 278_883,
      startedAt: null,
      endedAt: null,
      nativeRef: { type: 'workload', id: ID },
      labels: [
        { key: 'cluster', value: base['clusterId'] },
        { key: 'department', value: 'research' },
        { key: 'type', value: 'Training' },
        { key: 'category', value: 'Train' },
        { key: 'submittedBy', value: 'rina@acme.example' },
        { key: 'actions', value: 'delete,suspend' },
        { key: 'nodePool', value: 'a100' },
      ],
    });
    expect(record.status).toMatchObject({
      counts: { RUNNING: 1 },
      since: Date.parse('2025-11-03T08:02:10.551Z'),
    });
    expect(record.tasks).toMatchObject([
      {
        key: `${ID}/0`,
        jobKey: ID,
        count: 1,
        engine: 'Training',
        image: 'acme/seg:6',
        command: ['python', 'train.py --epochs 40'],
        environmentNames: ['API_KEY'],
        resources: { cpuMillis: 8000, memoryBytes: 64_000_000_000, diskBytes: null, gpuMillis: 2000 },
        executions: null,
      },
    ]);
    expect(JSON.stringify(record)).not.toContain('hush');
  });

  it.each<[string, Wire, Wire]>([
    ['a fraction of a GPU', { gpu: { request: 0.25 } }, { gpuMillis: 250 }],
    ['binary memory', { cpuMemory: { request: '512Mi' } }, { memoryBytes: 536_870_912 }],
    ['no memory', { cpuMemory: { request: '0B' } }, { memoryBytes: 0 }],
    [
      'GPU memory instead of a share',
      { gpuRequestType: 'memory', gpuMemory: { request: '5Gi' } },
      { gpuMillis: null },
    ],
    ['nonsense', { cpu: 'much', cpuMemory: { request: 'lots' }, gpu: [] }, { cpuMillis: null, memoryBytes: null, gpuMillis: null }], // prettier-ignore
  ])('asks for %s', (_, asked, expected) => {
    expect(job({ podsRequestedResources: asked }).tasks?.[0]?.resources).toMatchObject(expected);
  });

  it('does not take the amounts of a whole workload for those of one pod', () => {
    const many = { requestedPods: { number: 4 } };
    expect(job(many).tasks?.[0]).toMatchObject({ count: 4, resources: { gpuMillis: null, cpuMillis: null } });
    const each = { ...many, podsRequestedResources: { gpu: { request: 1 } } };
    expect(job(each).tasks?.[0]?.resources.gpuMillis).toBe(1000);
  });

  it.each<[Wire | null, number]>([
    [{ completions: 8, parallelism: 2, number: 2 }, 8],
    [{ number: 3, completions: null }, 3],
    [{ min: 2, max: 5 }, 2],
    [{ min: 0, max: 5 }, 1],
    [null, 1],
  ])('has with %j the count %i', (requestedPods, count) => {
    expect(job({ requestedPods }).tasks?.[0]?.count).toBe(count);
  });

  it.each([
    ['Training', null, 'BATCH'],
    ['Workspace', null, 'INTERACTIVE'],
    ['DistributedWorkload', null, 'BATCH'],
    ['distributed-inference', null, 'SERVICE'],
    ['Inference', 'Train', 'SERVICE'],
    ['runai-job', 'Build', 'INTERACTIVE'],
    ['runai-job', null, 'UNKNOWN'],
    ['Deployment', null, 'SERVICE'],
    ['DaemonSet', null, 'DAEMON'],
    ['PyTorchJob', null, 'BATCH'],
    ['constructor', null, 'UNKNOWN'],
    [null, 'Deploy', 'SERVICE'],
  ])('of the type %s and the category %s is %s', (type, category, kind) => {
    expect(jobKindOf(type, category)).toBe(kind);
  });

  it('has no count when every matching node runs one', () => {
    expect(job({ type: 'DaemonSet' }).tasks?.[0]?.count).toBeNull();
  });

  it.each(['id', 'createdAt'])('is no row without its %s', (member) => {
    for (const value of [undefined, null, '', '../x', 5.5, {}]) {
      expect(() => job({ [member]: value })).toThrow(RowError);
    }
  });

  it('reads whatever the other members are', () => {
    const junk = fc.oneof(fc.jsonValue(), fc.constant(undefined));
    const members = Object.keys(base).filter((member) => !['id', 'createdAt'].includes(member));
    fc.assert(
      fc.property(fc.record(Object.fromEntries(members.map((member) => [member, junk]))), (wire) => {
        const record = job(wire);
        expect(record.key).toBe(ID);
        expect(STATES).toContain(record.status.state);
        expect(record.revision).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});
