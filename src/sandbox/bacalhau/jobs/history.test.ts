import { describe, expect, test } from 'vitest';
import type { HistoryOnWire, Page } from '../../../../test/support/bacalhau-emulator.ts';
import { JOBS, START, startRig } from '../../../../test/support/bacalhau-emulator.ts';
import { encodePagingToken } from '../wire/paging-token.ts';

type History = Page<HistoryOnWire>;
const told = (page: History): string[] =>
  page.Items.map((item) => `${item.SeqNum} ${item.Type} ${item.Event.Topic}: ${item.Event.Message}`);

test('the script of a successful batch job', async () => {
  const rig = await startRig();
  const id = await rig.submit();
  rig.pass(60_000);
  const page = await rig.read<History>(`${JOBS}/${id}/history`);
  const [execution] = await rig.executions(id);
  expect(page.NextToken).toBe('');
  expect(told(page)).toEqual([
    '1 JobLevel Submission: Job submitted',
    `2 ExecutionLevel Scheduling: Requested execution on ${execution?.NodeID.slice(0, 10)}`,
    '3 JobLevel State Update: Running',
    '4 ExecutionLevel Execution: Running',
    '5 ExecutionLevel Execution: Completed successfully',
    '6 JobLevel State Update: Completed',
  ]);
  expect(page.Items.map((item) => item.ExecutionID)).toEqual([
    undefined,
    execution?.ID,
    undefined,
    execution?.ID,
    execution?.ID,
    undefined,
  ]);
  expect(page.Items[1]?.Event.Details).toEqual({ NodeID: execution?.NodeID });
  expect(page.Items[5]?.Event.Details).toEqual({ NewState: 'Completed' });
  expect(page.Items[0]).toMatchObject({ JobVersion: 1 });
  expect(page.Items[0]?.Time).toMatch(/^2025-11-22T05:40:00\.\d{4,9}Z$/);
  expect(page.Items[0]).not.toHaveProperty('JobState');
});

describe('the token', () => {
  test('lasts while the job is not terminal: an empty page returns the same place', async () => {
    const rig = await startRig();
    const id = await rig.submit();
    const first = await rig.read<History>(`${JOBS}/${id}/history?limit=100`);
    expect(first.Items).toHaveLength(1);
    expect(first.NextToken).toBe(encodePagingToken({ sortBy: '', reverse: false, limit: 100, offset: 2 }));
    const waiting = await rig.read<History>(`${JOBS}/${id}/history?next_token=${first.NextToken}`);
    // The limit that it carries is the query's (seen on 1.9.3): none here.
    const tail = encodePagingToken({ sortBy: '', reverse: false, limit: 0, offset: 2 });
    expect(waiting).toEqual({ NextToken: tail, Items: [] });
    const none = await rig.read<History>(`${JOBS}/${id}/history?event_type=execution`);
    expect(none).toEqual({
      NextToken: encodePagingToken({ sortBy: '', reverse: false, limit: 0, offset: 0 }),
      Items: [],
    });
    rig.pass(60_000);
    const rest = await rig.read<History>(`${JOBS}/${id}/history?next_token=${first.NextToken}`);
    expect(rest.Items.map((item) => item.SeqNum)).toEqual([2, 3, 4, 5, 6]);
    expect(rest.NextToken).toBe('');
  });

  test('carries a limit that the query overrides, and pages count filtered items', async () => {
    const rig = await startRig();
    const id = await rig.submit();
    rig.pass(60_000);
    const one = await rig.read<History>(`${JOBS}/${id}/history?limit=2&event_type=job`);
    expect(one.Items.map((item) => item.SeqNum)).toEqual([1, 3]);
    const token = one.NextToken;
    const two = await rig.read<History>(`${JOBS}/${id}/history?next_token=${token}&event_type=job`);
    expect(two.Items.map((item) => item.SeqNum)).toEqual([6]);
    const wide = await rig.read<History>(`${JOBS}/${id}/history?next_token=${token}&limit=1`);
    expect(wide.Items.map((item) => item.SeqNum)).toEqual([4]);
    const made = Buffer.from(':N:10:5').toString('base64url');
    const tail = await rig.read<History>(`${JOBS}/${id}/history?next_token=${made}`);
    expect(tail.Items.map((item) => item.SeqNum)).toEqual([5, 6]);
  });

  test('a hundred items by default, and included history has no way on', async () => {
    const rig = await startRig();
    const Tasks = [
      {
        Name: 'm',
        Engine: { Type: 'docker', Params: { Image: 'a', Parameters: ['sleep 1'] } },
        Env: { SANDBOX_OUTCOME: 'oom' },
      },
    ];
    const id = await rig.submit({ Count: 12, Tasks });
    rig.pass(600_000);
    const all = await rig.read<History>(`${JOBS}/${id}/history?limit=1000`);
    expect(all.Items.length).toBeGreaterThan(105);
    const page = await rig.read<History>(`${JOBS}/${id}/history`);
    expect(page.Items).toHaveLength(100);
    expect(page.NextToken).toBe(Buffer.from(':N:0:101').toString('base64url'));
    const { History } = await rig.read<{ History: History }>(`${JOBS}/${id}?include=history,wages&limit=3`);
    expect([History.Items.length, History.NextToken]).toEqual([100, '']);
  });

  test('a full page leads to the next stored item, wanted or not (seen on 1.9.3)', async () => {
    const rig = await startRig();
    const id = await rig.submit();
    rig.pass(60_000);
    const page = (query: string) => rig.read<History>(`${JOBS}/${id}/history?${query}`);
    const token = (limit: number, offset: number) =>
      encodePagingToken({ sortBy: '', reverse: false, limit, offset });
    expect((await page('event_type=job&limit=1')).NextToken).toBe(token(1, 2));
    expect((await page('event_type=execution&limit=3')).NextToken).toBe(token(3, 6));
    expect((await page('limit=6')).NextToken).toBe('');
    expect(await page(`next_token=${token(0, 99)}`)).toEqual({ NextToken: '', Items: [] });
  });

  test('a bad one is the job store to refuse, unlike that of a list (seen on 1.9.3)', async () => {
    const rig = await startRig();
    const id = await rig.submit();
    for (const [bad, problem] of [
      ['!!!', 'failed to decode paging token'],
      ['Zm9v', 'invalid number of parts'],
      ['Om46Mzpx', 'malformed token'],
    ]) {
      const message = `${problem}: invalid paging token: ${bad}`;
      expect((await rig.get(`${JOBS}/${id}/history?next_token=${bad}`)).json()).toMatchObject({
        Status: 400,
        Code: 'BadRequest',
        Component: 'JobStore',
        Message: `invalid next token: ${message}`,
      });
      expect((await rig.get(`${JOBS}?next_token=${bad}`)).json()).toMatchObject({
        Status: 400,
        Code: 'InternalError',
        Component: 'APIServer',
        Message: message,
      });
    }
  });
});

describe('filters', () => {
  test('since: whole seconds, inclusive, never negative', async () => {
    const rig = await startRig();
    const id = await rig.submit();
    rig.pass(60_000);
    const all = await rig.read<History>(`${JOBS}/${id}/history`);
    const last = Math.floor(Date.parse(all.Items.at(-1)?.Time ?? '') / 1000);
    const late = await rig.read<History>(`${JOBS}/${id}/history?since=${last}`);
    expect(late.Items.at(-1)?.SeqNum).toBe(6);
    expect(late.Items.length).toBeLessThan(6);
    expect((await rig.read<History>(`${JOBS}/${id}/history?since=${START / 1000}`)).Items).toHaveLength(6);
    expect((await rig.read<History>(`${JOBS}/${id}/history?since=${last + 1}`)).Items).toEqual([]);
    expect((await rig.get(`${JOBS}/${id}/history?since=-1`)).status).toBe(400);
    expect((await rig.get(`${JOBS}/${id}/history?since=1.5`)).status).toBe(400);
  });

  test('event_type', async () => {
    const rig = await startRig();
    const id = await rig.submit();
    rig.pass(60_000);
    const seqs = async (type: string) =>
      (await rig.read<History>(`${JOBS}/${id}/history?event_type=${type}`)).Items.map((item) => item.SeqNum);
    expect(await seqs('job')).toEqual([1, 3, 6]);
    expect(await seqs('execution')).toEqual([2, 4, 5]);
    expect(await seqs('all')).toHaveLength(6);
    for (const type of ['node', 'JOB']) {
      expect((await rig.get(`${JOBS}/${id}/history?event_type=${type}`)).status).toBe(400);
    }
  });

  test('execution_id: its own end decides about the token; a prefix fails at the end', async () => {
    const rig = await startRig();
    const id = await rig.submit({}, 'sleep 600');
    rig.pass(5000);
    const [execution] = await rig.executions(id);
    const full = await rig.read<History>(`${JOBS}/${id}/history?execution_id=${execution?.ID}`);
    expect(full.Items.map((item) => item.Event.Message)).toEqual([
      expect.stringContaining('Requested execution'),
      'Running',
    ]);
    expect(full.NextToken).not.toBe('');
    const prefix = `${JOBS}/${id}/history?execution_id=${execution?.ID.slice(0, 10)}`;
    expect((await rig.get(`${prefix}&limit=1`)).status).toBe(200);
    expect((await rig.get(prefix)).json()).toMatchObject({ Status: 404, Component: 'JobStore' });
  });

  test('versions: the latest only, one, or all', async () => {
    const rig = await startRig();
    const id = await rig.submit({ Name: 'n' });
    rig.pass(60_000);
    await rig.submit({ Name: 'n', Priority: 1 });
    const versions = async (query: string) =>
      (await rig.read<History>(`${JOBS}/${id}/history?${query}`)).Items.map((item) => item.JobVersion);
    expect(await versions('')).toEqual([2]);
    expect(await versions('job_version=1')).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await versions('all_job_versions=true')).toEqual([1, 1, 1, 1, 1, 1, 2]);
    // A version that was named counts more; one that never was has no events (seen on 1.9.3).
    expect(await versions('all_job_versions=true&job_version=2')).toEqual([2]);
    expect(await versions('job_version=9')).toEqual([]);
    const page = await rig.read<History>(`${JOBS}/${id}/history`);
    expect(told(page)).toEqual(['7 JobLevel Submission: Job updated']);
  });

  test('order is by sequence, whatever is asked', async () => {
    const rig = await startRig();
    const id = await rig.submit();
    rig.pass(60_000);
    const page = await rig.read<History>(`${JOBS}/${id}/history?reverse=true&order_by=time`);
    expect(page.Items.map((item) => item.SeqNum)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

test('other scripts: stop, rerun, lost node, failure, queue', async () => {
  const rig = await startRig();
  const stopped = await rig.submit({ Name: 's' }, 'sleep 600');
  rig.pass(5000);
  await rig.call('DELETE', `${JOBS}/${stopped}`, { reason: 'enough' });
  const stop = await rig.read<History>(`${JOBS}/${stopped}/history`);
  expect(told(stop).slice(-2)).toEqual([
    '5 JobLevel Scheduling: Job requested to stop before completion',
    '6 ExecutionLevel Scheduling: Execution stop requested because job has been stopped',
  ]);
  expect(stop.Items.at(-2)?.Event.Details).toEqual({ Reason: 'enough' });

  const running = await rig.submit({ Name: 'r' }, 'sleep 600');
  rig.pass(5000);
  await rig.call('PUT', `${JOBS}/${running}/rerun`);
  const rerun = await rig.read<History>(`${JOBS}/${running}/history?all_job_versions=true`);
  expect(told(rerun).slice(4)).toEqual([
    '5 JobLevel Submission: Job rerun requested',
    '6 ExecutionLevel Scheduling: Execution stopped for job update',
  ]);
  expect(rerun.Items[4]?.Event.Details).toEqual({ Reason: 'job rerun' });

  rig.pass(5000);
  const [execution] = await rig.executions(running);
  rig.site.setNodeUp(execution?.NodeID.slice(2) ?? '', false);
  rig.pass(10_000);
  const lost = told(await rig.read<History>(`${JOBS}/${running}/history`));
  expect(lost.some((line) => line.endsWith('Execution stop requested because node has disappeared'))).toBe(
    true,
  );
  const [gone, next] = await rig.executions(running);
  expect(gone).toMatchObject({ ComputeState: { StateType: 10 }, DesiredState: { StateType: 2 } });
  expect(next).toMatchObject({ ComputeState: { StateType: 5 }, DesiredState: { StateType: 1 } });
  expect(next?.NodeID).not.toBe(gone?.NodeID);
});

test('an ops job runs before its first execution is told (seen on 1.9.3)', async () => {
  const rig = await startRig();
  const id = await rig.submit({ Type: 'ops' });
  rig.pass(60_000);
  const lines = told(await rig.read<History>(`${JOBS}/${id}/history`));
  const nodes = rig.site.nodes.size;
  expect(lines.slice(0, 3)).toEqual([
    '1 JobLevel Submission: Job submitted',
    '2 JobLevel State Update: Running',
    expect.stringMatching(/^3 ExecutionLevel Scheduling: Requested execution on n-/),
  ]);
  expect(lines).toHaveLength(3 + 2 * nodes);
  expect(lines.some((line) => line.endsWith('Execution: Running'))).toBe(false);
});

test('old clients get the empty objects they insist on (seen on 1.9.3)', async () => {
  const rig = await startRig();
  const id = await rig.submit();
  rig.pass(1000);
  const answer = await rig.get(`${JOBS}/${id}/history`, { 'x-bacalhau-git-version': 'v1.4.5' });
  const [ofJob, ofExecution] = answer.json<History>().Items;
  expect(ofJob).toMatchObject({ JobState: {} });
  expect(ofJob).not.toHaveProperty('ExecutionState');
  expect(ofExecution).toMatchObject({ ExecutionState: {} });
  expect(ofExecution).not.toHaveProperty('JobState');
  const newer = await rig.get(`${JOBS}/${id}/history`, { 'x-bacalhau-git-version': 'v1.5.0' });
  expect(newer.json<History>().Items[0]).not.toHaveProperty('JobState');
});

test('1.5 has no versions, 1.4 has transitions without sequence numbers or pages', async () => {
  const five = await startRig({ version: '1.5.0' });
  const id = await five.submit();
  const [item] = (await five.read<History>(`${JOBS}/${id}/history`)).Items;
  expect(item).toHaveProperty('SeqNum');
  expect(item).not.toHaveProperty('JobVersion');

  const four = await startRig({ version: '1.4.0' });
  const old = await four.submit();
  four.pass(60_000);
  const page = await four.read<{ NextToken: string; Items: Record<string, unknown>[] }>(
    `${JOBS}/${old}/history?limit=2`,
  );
  expect(page.NextToken).toBe('');
  expect(page.Items.map((row) => row['JobState'] ?? row['ExecutionState'])).toEqual([
    { Previous: 'Undefined', New: 'Pending' },
    { Previous: 0, New: 1 },
    { Previous: 1, New: 3 },
    { Previous: 'Pending', New: 'Running' },
    { Previous: 3, New: 5 },
    { Previous: 5, New: 7 },
    { Previous: 'Running', New: 'Completed' },
  ]);
  expect(page.Items[0]).not.toHaveProperty('SeqNum');
  const NodeID = String(page.Items[1]?.['NodeID']);
  const ofNode = await four.read<{ Items: unknown[] }>(`${JOBS}/${old}/history?node_id=${NodeID}`);
  expect(ofNode.Items).toHaveLength(4);
});
