/** How jobs wait and fail, in the words and steps that a real 1.9.3 showed. */
import { describe, expect, test } from 'vitest';
import type {
  ExecutionOnWire,
  HistoryOnWire,
  Page,
  Rig,
} from '../../../../test/support/bacalhau-emulator.ts';
import { JOBS, startRig } from '../../../../test/support/bacalhau-emulator.ts';

interface Task {
  readonly command?: string;
  readonly engine?: string;
  readonly env?: Record<string, string>;
  readonly timeouts?: Record<string, number>;
  readonly resources?: Record<string, string>;
}

function withTask({ command = 'sleep 1', engine = 'docker', env, timeouts, resources }: Task): object {
  const Params = { Image: 'a', Entrypoint: ['sh', '-c'], Parameters: [command] };
  const Engine = { Type: engine, Params };
  return { Tasks: [{ Name: 'main', Engine, Env: env, Timeouts: timeouts, Resources: resources }] };
}

/** Submits a job and lets the world go on; what is to be seen of it then. */
async function see(rig: Rig, fields: object, passMs: number) {
  const id = await rig.submit({ ...fields });
  rig.pass(passMs);
  const { Items } = await rig.read<Page<HistoryOnWire>>(`${JOBS}/${id}/history`);
  const events = Items.map(({ Event }) => `${Event.Topic}: ${Event.Message}`);
  const job = await rig.job(id);
  return { id, job, events, last: Items.at(-1)?.Event, executions: await rig.executions(id) };
}

const outputOf = (execution: ExecutionOnWire | undefined) => execution?.RunOutput;

describe('a job that no node can take', () => {
  test('has failed at once unless it may queue: two revisions, three figures, a bullet for each reason', async () => {
    const rig = await startRig();
    const { job, events, last, executions } = await see(
      rig,
      { Constraints: [{ Key: 'os_arch', Operator: 'in', Values: ['riscv'] }] },
      300,
    );
    const nodes = rig.site.nodes.size;
    const message = `not enough nodes to run job. requested: 1, available: ${nodes}, suitable: 0.\n• ${nodes} of ${nodes} nodes: labels do not match the required selectors`;
    expect(job).toMatchObject({ State: { StateType: 'Failed', Message: message }, Revision: 2 });
    expect(events).toEqual(['Submission: Job submitted', `Scheduling: ${message}`]);
    expect(last?.Details).toEqual({
      IsError: 'true',
      NodesRequested: '1',
      NodesAvailable: String(nodes),
      NodesSuitable: '0',
    });
    expect(executions).toEqual([]);
  });

  test('queues as long as it may', async () => {
    const rig = await startRig();
    const waiting = withTask({ resources: { GPU: '80' }, timeouts: { QueueTimeout: 8 } });
    const { id, job, events } = await see(rig, waiting, 1000);
    expect(job.State.StateType).toBe('Queued');
    expect(job.State.Message).toMatch(
      /^Job queued\. not enough nodes to run job\. requested: 1, available: /,
    );
    expect(job.State.Message).toContain('node busy with available capacity {CPU: 16.00, Memory: ');
    expect(events.at(-1)).toBe(`Queueing: ${job.State.Message}`);
    rig.pass(8000);
    const failed = await rig.job(id);
    expect(failed).toMatchObject({ State: { StateType: 'Failed' }, Revision: 3 });
    expect(failed.State.Message).toMatch(/^not enough nodes to run job\./);
  });

  test('because the engine is unknown', async () => {
    const rig = await startRig();
    const { job } = await see(rig, withTask({ engine: 'podman' }), 300);
    expect(job.State.Message).toContain('nodes: does not support podman, only docker, wasm');
  });

  test('because it wants more executions than there are nodes: each needs one of its own', async () => {
    const rig = await startRig();
    const nodes = rig.site.nodes.size;
    const { job, executions } = await see(rig, { Count: nodes + 1 }, 300);
    expect(job.State.Message).toBe(
      `not enough nodes to run job. requested: ${nodes + 1}, available: ${nodes}, suitable: ${nodes}.\n• ${nodes} of ${nodes} nodes: `,
    );
    expect(executions).toEqual([]);
  });

  test.each([
    { Key: 'a', Operator: '~', Values: ['b'] },
    { Key: 'a', Operator: 'gt', Values: ['-7'] },
  ])('because its constraint is none ($Operator): pending for ever, without a word', async (constraint) => {
    const rig = await startRig();
    const odd = { Constraints: [constraint] };
    const { id, job, events } = await see(rig, odd, 24 * 3_600_000);
    expect(job.State).toEqual({ StateType: 'Pending' });
    expect(events).toEqual(['Submission: Job submitted']);
    expect((await rig.call('DELETE', `${JOBS}/${id}`)).status).toBe(200);
    expect((await rig.job(id)).State.StateType).toBe('Stopped');
  });
});

describe('time limits', () => {
  test('an execution that takes too long is tried again, and the job fails for want of nodes', async () => {
    const rig = await startRig();
    const { job, events, executions } = await see(
      rig,
      withTask({ command: 'sleep 600', timeouts: { ExecutionTimeout: 4 } }),
      120_000,
    );
    expect(executions.length).toBeGreaterThan(1);
    for (const execution of executions) {
      expect(execution).toMatchObject({
        ComputeState: { StateType: 10, Message: 'Execution timed out after 4s' },
        DesiredState: { StateType: 2, Message: 'execution failed' },
        RunOutput: { ExitCode: 0, Stdout: '' },
      });
    }
    expect(
      events.filter((event) => event === 'Running Execution: Execution timed out after 4s'),
    ).toHaveLength(executions.length);
    expect(job.State.Message).toMatch(/\n• .*: job already executed on this node more than once$/);
  });

  test('the details of such an event say that it is an error, and nothing else', async () => {
    const rig = await startRig();
    const id = await rig.submit({ ...withTask({ command: 'sleep 9', timeouts: { ExecutionTimeout: 4 } }) });
    rig.pass(60_000);
    const { Items } = await rig.read<Page<HistoryOnWire>>(`${JOBS}/${id}/history`);
    const failure = Items.find(({ Event }) => Event.Topic === 'Running Execution');
    expect(failure?.Event.Details).toEqual({ IsError: 'true' });
  });

  test('a total limit alone ends execution and job', async () => {
    const rig = await startRig();
    const { job, events, last, executions } = await see(
      rig,
      withTask({ command: 'sleep 600', timeouts: { TotalTimeout: 90 } }),
      120_000,
    );
    expect(executions).toMatchObject([{ ComputeState: { Message: 'Execution timed out after 1m30s' } }]);
    const message = 'Job timed out. Job took longer than 1m30s';
    expect(job.State).toEqual({ StateType: 'Failed', Message: message });
    expect(events.at(-1)).toBe(`Job Timeout: ${message}`);
    expect(last?.Details).toEqual({ FailsExecution: 'true', Hint: expect.any(String), IsError: 'true' });
  });

  test('services have none', async () => {
    const rig = await startRig();
    const limited = { Type: 'service', ...withTask({ command: 'serve', timeouts: { ExecutionTimeout: 4 } }) };
    expect((await see(rig, limited, 60_000)).job.State.StateType).toBe('Running');
  });
});

describe('a service whose program exits', () => {
  test.each([
    ['exit 3', 3],
    ['exit 0', 0],
  ])('with "%s" fails unexpectedly, keeps its output, and is tried again', async (exit, ExitCode) => {
    const rig = await startRig();
    const service = { Type: 'service', ...withTask({ command: `echo bye; sleep 1; ${exit}` }) };
    const { job, events, executions } = await see(rig, service, 120_000);
    const why = 'execution completed unexpectedly';
    expect(executions.length).toBeGreaterThan(1);
    for (const execution of executions) {
      expect(execution).toMatchObject({
        ComputeState: { StateType: 10, Message: why },
        DesiredState: { StateType: 2, Message: why },
      });
      expect(outputOf(execution)).toMatchObject({ Stdout: 'bye\n', ExitCode });
    }
    expect(events).toContain('Execution: Completed successfully');
    expect(job.State.StateType).toBe('Failed');
    expect(job.State.Message).toContain('job already executed on this node more than once');
  });
});

test('an ops job fails once for all of its executions, without details', async () => {
  const rig = await startRig();
  const ops = { Type: 'ops', ...withTask({ env: { SANDBOX_OUTCOME: 'oom' } }) };
  const { job, last, executions } = await see(rig, ops, 60_000);
  expect(executions).toHaveLength(rig.site.nodes.size);
  expect(job.State).toEqual({
    StateType: 'Failed',
    Message: 'Job failed because one or more executions failed',
  });
  expect(last).not.toHaveProperty('Details');
});

test('an ops job without a matching node says so in words of its own', async () => {
  const rig = await startRig();
  const ops = { Type: 'ops', ...withTask({ engine: 'podman' }) };
  const { job, last, executions } = await see(rig, ops, 1000);
  const nodes = rig.site.nodes.size;
  expect(job.State).toEqual({
    StateType: 'Failed',
    Message: `not matching nodes to run job out of ${nodes} available nodes.\n• ${nodes} of ${nodes} nodes: does not support podman, only docker, wasm`,
  });
  expect(last?.Details).toEqual({ IsError: 'true', NodesAvailable: String(nodes) });
  expect(executions).toEqual([]);
});

test('an execution whose node is lost says so in both states', async () => {
  const rig = await startRig();
  const { id, executions } = await see(rig, withTask({ command: 'sleep 600' }), 5000);
  rig.site.setNodeUp(executions[0]?.NodeID.slice(2) ?? '', false);
  rig.pass(1000);
  const Message = 'Execution stop requested because node has disappeared';
  expect((await rig.executions(id))[0]).toMatchObject({
    ComputeState: { StateType: 10, Message },
    DesiredState: { StateType: 2, Message },
  });
});
