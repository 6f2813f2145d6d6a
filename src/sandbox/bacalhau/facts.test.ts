/** The facts of the API that clients stumble over, stated once each and checked on the wire. */
import { describe, expect, test } from 'vitest';
import { JOBS, jobBody, NODES, startRig } from '../../../test/support/bacalhau-emulator.ts';
import { BACALHAU_VERSIONS, executionStateNumber, releaseOf } from './wire/release.ts';
import type { BacalhauVersion, ExecutionStateName } from './wire/release.ts';

const keysOf = (value: unknown): string[] => Object.keys(value as object);

describe('names of fields', () => {
  test('a job', async () => {
    const rig = await startRig();
    const [task] = jobBody()['Tasks'] as object[];
    const id = await rig.submit({
      Name: 'all',
      Labels: { a: 'b' },
      Constraints: [{ Key: 'os_arch', Operator: 'in', Values: ['amd64'] }],
      Tasks: [
        {
          ...task,
          Publisher: { Type: 'local' },
          Env: { A: 'b' },
          Meta: { c: 'd' },
          InputSources: [{ Source: { Type: 's3', Params: { Bucket: 'b' } }, Alias: '', Target: '/in' }],
          ResultPaths: [{ Name: 'out', Path: '/out' }],
          Resources: { CPU: '1', Memory: '1GB', Disk: '1gb', GPU: '0' },
          Network: { Type: 'Bridge', Ports: [{ Name: 'HTTP', Target: 80 }] },
          Timeouts: { ExecutionTimeout: 5, QueueTimeout: 5, TotalTimeout: 60 },
        },
      ],
    });
    const job = await rig.job(id);
    expect(keysOf(job)).toEqual(
      'ID Name Namespace Type Priority Count Constraints Meta Labels Tasks State Version Revision CreateTime ModifyTime'.split(
        ' ',
      ),
    );
    const [only] = job.Tasks;
    expect(keysOf(only)).toEqual(
      'Name Engine Publisher Env Meta InputSources ResultPaths Resources Network Timeouts'.split(' '),
    );
    expect(only).toMatchObject({
      Resources: { CPU: '1', Memory: '1gb', Disk: '1gb', GPU: '0' },
      Network: { Type: 'Bridge', Ports: [{ Name: 'HTTP', Target: 80 }] },
      Timeouts: { ExecutionTimeout: 5, QueueTimeout: 5, TotalTimeout: 60 },
    });
    const bare = await rig.job(await rig.submit());
    expect(keysOf(bare.Tasks[0])).toEqual('Name Engine Publisher Resources Network Timeouts'.split(' '));
    expect(bare.Tasks[0]).toMatchObject({ Publisher: { Type: '' }, Timeouts: {} });
  });

  test('an execution, with its lower-case stderr and its zero partition left out', async () => {
    const rig = await startRig();
    const id = await rig.submit({ Count: 2 });
    rig.pass(60_000);
    const [zero, one] = await rig.executions(id);
    const keys =
      'ID Namespace EvalID Name NodeID JobID Job JobVersion AllocatedResources DesiredState ComputeState PublishedResult RunOutput PreviousExecution NextExecution FollowupEvalID PartitionIndex Revision CreateTime ModifyTime'.split(
        ' ',
      );
    expect(keysOf(one)).toEqual(keys);
    expect(keysOf(zero)).toEqual(keys.filter((key) => key !== 'PartitionIndex'));
    expect(zero).toMatchObject({ AllocatedResources: { Tasks: {} }, ID: expect.stringMatching(/^e-/) });
    expect(keysOf(zero?.RunOutput)).toContain('stderr');
    expect(keysOf(zero?.RunOutput)).not.toContain('Stderr');
  });

  test('nodes: "Nodes" and a lower-case address; jobs: "Items"', async () => {
    const rig = await startRig();
    const nodes = await rig.read<{ Nodes: { Info: { ComputeNodeInfo: object } }[] }>(NODES);
    expect(keysOf(nodes.Nodes[0]?.Info.ComputeNodeInfo)).toContain('address');
    expect(keysOf(await rig.read(JOBS))).toEqual(['NextToken', 'Items']);
    expect(keysOf(await rig.read('/api/v1/agent/config'))).toEqual(['config']);
  });
});

describe('words and numbers', () => {
  const table = (version: BacalhauVersion): number[] => {
    const names: ExecutionStateName[] = [
      'New',
      'AskForBidAccepted',
      'AskForBidRejected',
      'BidAccepted',
      'BidRejected',
      'Completed',
      'Failed',
      'Cancelled',
    ];
    return names.map((name) => executionStateNumber(releaseOf(version), name));
  };

  test('execution states are integers that were renumbered in 1.6', () => {
    for (const version of ['1.4.0', '1.5.0'] as const)
      expect(table(version)).toEqual([1, 3, 4, 5, 6, 7, 8, 9]);
    for (const version of ['1.6.0', '1.7.0', '1.8.0', '1.9.3'] as const) {
      expect(table(version)).toEqual([1, 3, 4, 5, 8, 9, 10, 11]);
    }
  });

  test('job states, event types, memberships and connections are strings', async () => {
    const rig = await startRig();
    const id = await rig.submit();
    const { History } = await rig.read<{ History: { Items: { Type: string }[] } }>(
      `${JOBS}/${id}?include=history`,
    );
    expect(History.Items[0]?.Type).toBe('JobLevel');
    const { Nodes } = await rig.read<{ Nodes: object[] }>(NODES);
    expect(Nodes[0]).toMatchObject({ Membership: 'APPROVED', Connection: 'CONNECTED' });
  });

  test('every release answers with its own version and never fails on the ordinary paths', async () => {
    for (const version of BACALHAU_VERSIONS) {
      const rig = await startRig({ version, world: { jobsPerSite: 25 } });
      const { Items } = await rig.read<{ Items: { ID: string; Version: number }[] }>(JOBS);
      expect(Items.length).toBeGreaterThan(0);
      for (const { ID, Version } of Items) {
        expect(Version > 0).toBe(releaseOf(version).versionedJobs);
        for (const path of ['?include=executions,history', '/history', '/executions']) {
          const answer = await rig.get(`${JOBS}/${ID}${path}`);
          expect(answer.headers.get('x-bacalhau-git-version')).toBe(`v${version}`);
          expect(answer.status).toBe(200);
        }
      }
    }
  });
});
