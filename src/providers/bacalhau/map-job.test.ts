import { describe, expect, it } from 'vitest';
import type { ProviderKey } from '../../model/ids.ts';
import { epochMs } from '../../model/time.ts';
import { RowError } from '../reading.ts';
import { mapJob } from './map-job.ts';

const AT = { provider: 'lab' as ProviderKey, observedAt: epochMs(1_770_000_100_000) };
const ID = 'j-3f0c9a52-71d4-4a6e-9b0e-5a1c77e2d410';

const FULL = {
  ID,
  Name: 'embed-41',
  Namespace: 'research',
  Type: 'batch',
  Priority: 7,
  Count: 2,
  Labels: { team: 'nlp', run: '41' },
  Tasks: [
    {
      Name: 'main',
      Engine: {
        Type: 'Docker',
        Params: {
          Image: 'python:3.12-slim',
          Entrypoint: ['python', '-c'],
          Parameters: ['print(1)'],
          EnvironmentVariables: ['MODE=fast', 'BATCH_ID=41'],
        },
      },
      Env: { BATCH_ID: '41', TOKEN: 'never shown' },
      Resources: { CPU: '500m', Memory: '4gb', Disk: '1gib', GPU: '1' },
      Timeouts: { ExecutionTimeout: 1800, QueueTimeout: 600 },
    },
  ],
  State: { StateType: 'Running', Message: 'going' },
  Version: 2,
  Revision: 5,
  CreateTime: '1763790000123456789',
  ModifyTime: '1763790001456789012',
};

describe('mapJob', () => {
  it('reads a whole row', () => {
    const job = mapJob(FULL, AT);
    expect(job).toMatchObject({
      kind: 'job',
      key: ID,
      name: 'embed-41',
      projectKey: 'research',
      jobKind: 'BATCH',
      origin: 'NATIVE',
      priority: 7,
      generation: 2,
      revision: 5,
      createdAt: 1_763_790_000_123,
      startedAt: 1_763_790_001_456,
      endedAt: null,
      labels: [
        { key: 'run', value: '41' },
        { key: 'team', value: 'nlp' },
      ],
      status: { state: 'RUNNING', message: 'going', confidence: 'REPORTED', since: 1_763_790_001_456 },
    });
    expect(job.tasks).toHaveLength(1);
    expect(job.tasks![0]).toMatchObject({
      kind: 'task',
      key: `${ID}/0`,
      jobKey: ID,
      name: 'main',
      revision: 5,
      generation: 2,
      count: 2,
      engine: 'docker',
      image: 'python:3.12-slim',
      command: ['python', '-c', 'print(1)'],
      environmentNames: ['BATCH_ID', 'MODE', 'TOKEN'],
      resources: {
        cpuMillis: 500,
        memoryBytes: 4_000_000_000,
        diskBytes: 1_073_741_824,
        gpuMillis: 1000,
      },
      timeoutMs: 1_800_000,
      status: { state: 'RUNNING', confidence: 'DERIVED' },
    });
    expect(JSON.stringify(job)).not.toContain('never shown');
  });

  it.each([
    ['Undefined', 'UNKNOWN', null],
    ['Pending', 'QUEUED', 'PROVIDER_SYNC'],
    ['Queued', 'QUEUED', 'CAPACITY'],
    ['Running', 'RUNNING', null],
    ['Completed', 'SUCCEEDED', null],
    ['Failed', 'FAILED', null],
    ['Stopped', 'CANCELLED', 'USER_REQUEST'],
    ['Hibernating', 'UNKNOWN', null],
  ])('reads the state %s as %s (%s), the raw word kept', (word, state, reason) => {
    const job = mapJob({ ...FULL, State: { StateType: word } }, AT);
    expect(job.status).toMatchObject({ state, reason, raw: { value: word, field: 'State.StateType' } });
    expect(job.endedAt).toBe(['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(state) ? 1_763_790_001_456 : null);
    expect(job.tasks![0]!.status).toEqual({ ...job.status, confidence: 'DERIVED' });
  });

  it.each([
    ['batch', 'BATCH', 2],
    ['Service', 'SERVICE', 2],
    ['daemon', 'DAEMON', null],
    ['ops', 'OPS', null],
    ['quantum', 'UNKNOWN', 2],
  ])('reads the type %s as %s', (type, jobKind, count) => {
    const job = mapJob({ ...FULL, Type: type }, AT);
    expect([job.jobKind, job.tasks![0]!.count]).toEqual([jobKind, count]);
  });

  it('counts generations from 1 where the server has no versions', () => {
    expect(mapJob({ ...FULL, Version: 0 }, AT).generation).toBe(1);
    expect(mapJob({ ...FULL, Version: undefined }, AT).generation).toBe(1);
  });

  it.each([
    ['not enough nodes to run job. requested: 2, available: 1, suitable: 0.', 'CAPACITY'],
    ['Job timed out. Job took longer than 1h0m0s', 'TIME_LIMIT'],
    ['Job failed because one or more executions failed', null],
    // Seen on 1.9.3.
    ['Job timed out. Job took longer than 7s', 'TIME_LIMIT'],
    ['not enough nodes to run job. requested: 2, available: 1, suitable: 1.\n• Node n-7: ', 'CAPACITY'],
    [
      'not enough nodes to run job. requested: 1, available: 3, suitable: 0.\n• 3 of 3 nodes: does not support docker, only wasm',
      'CAPACITY',
    ],
    // Executions were run, and failed: of what, only they say.
    [
      'not enough nodes to run job. requested: 1, available: 3, suitable: 0.\n• 3 of 3 nodes: job already executed on this node more than once',
      null,
    ],
    [
      'not enough nodes to run job. requested: 1, available: 2, suitable: 0.\n• Node n-7: node busy with available capacity {CPU: 1.60, GPU: 0}\n• Node n-8: job already executed on this node more than once',
      null,
    ],
    // Read in its source, with its spelling.
    ['not matching nodes to run job out of 3 available nodes.\n• 3 of 3 nodes: labels', 'CAPACITY'],
    ['Job failed because it has been retried too many times', null],
  ])('infers why "%s"', (message, reason) => {
    const job = mapJob({ ...FULL, State: { StateType: 'Failed', Message: message } }, AT);
    expect(job.status).toMatchObject({ state: 'FAILED', reason, message });
  });

  it.each([
    [8, 9.01, 'QUEUE_TIME_LIMIT'],
    [600, 9.01, 'CAPACITY'],
    [undefined, 9.01, 'CAPACITY'],
  ])(
    'knows by a queue timeout of %s s that it waited for %s s in vain (seen on 1.9.3)',
    (limit, age, reason) => {
      const job = {
        ...FULL,
        Tasks: [{ Name: 'main', Timeouts: { QueueTimeout: limit } }],
        State: {
          StateType: 'Failed',
          Message:
            'not enough nodes to run job. requested: 1, available: 1, suitable: 0.\n• Node n-7: node busy with available capacity {CPU: 1.55, Memory: 20 GB, Disk: 205 GB, GPU: 0}',
        },
        ModifyTime: (BigInt(FULL.CreateTime) + BigInt(age * 1e9)).toString(),
      };
      expect(mapJob(job, AT).status.reason).toBe(reason);
    },
  );

  it('keeps the message of a job that waits, and of one that goes back to waiting (seen on 1.9.3)', () => {
    const message =
      'Job queued. not enough nodes to run job. requested: 1, available: 3, suitable: 0.\n• 3 of 3 nodes: job rejected';
    const job = mapJob({ ...FULL, State: { StateType: 'Queued', Message: message }, Revision: 3 }, AT);
    expect(job).toMatchObject({
      startedAt: null,
      revision: 3,
      status: { state: 'QUEUED', reason: 'CAPACITY', message },
    });
  });

  it('reads wasm modules and engines it does not know', () => {
    const taskOf = (engine: unknown) =>
      mapJob({ ...FULL, Tasks: [{ Name: 'main', Engine: engine }] }, AT).tasks![0];
    expect(taskOf({ Type: 'wasm', Params: { EntryModule: '/main.wasm', Parameters: ['a'] } })).toMatchObject({
      engine: 'wasm',
      image: '/main.wasm',
      command: ['a'],
    });
    // Before 1.7 the module was an embedded input source.
    expect(taskOf({ Type: 'wasm', Params: { EntryModule: { Source: {} } } })).toMatchObject({ image: null });
    expect(taskOf({ Type: 'Podman', Params: {} })).toMatchObject({
      engine: 'Podman',
      image: null,
      command: [],
    });
  });

  it('reads what is not said as null', () => {
    const job = mapJob({ ID, CreateTime: '1763790000123456789', Tasks: [{}] }, AT);
    expect(job).toMatchObject({ name: ID, projectKey: null, jobKind: 'UNKNOWN', priority: null, labels: [] });
    expect(job.tasks![0]).toMatchObject({
      resources: { cpuMillis: null, memoryBytes: null, diskBytes: null, gpuMillis: null },
      timeoutMs: null,
      count: null,
      engine: null,
    });
    expect(mapJob({ ID, CreateTime: '1' }, AT).tasks).toEqual([]);
  });

  it.each([{}, { ID }, { ID, CreateTime: 0 }, { ID, CreateTime: '-5' }, { ID: 'a\u0000b', CreateTime: '1' }])(
    'refuses %j as a row',
    (row) => {
      expect(() => mapJob(row, AT)).toThrow(RowError);
    },
  );
});
