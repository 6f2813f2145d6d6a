import { describe, expect, it } from 'vitest';
import { jobBody, MINUTE, SECOND, startRig } from '../../../../test/support/charity-engine-rig.ts';

const UNKNOWN = '0123456789abcdef0123456789abcdef';

describe('a status query', () => {
  it('answers a map by id, with a part called default', async () => {
    const rig = await startRig();
    const id = await rig.create('sleep 30');
    rig.clock.advance(10 * SECOND);
    const answer = await rig.call('GET', `jobs/${id}`);
    expect(answer.json()).toEqual({
      success: true,
      jobs: {
        [id]: {
          vmStatus: 'running',
          states: {
            default: { status: 'running', outputFiles: [], log: expect.stringContaining('[sandbox] 8 s of') },
          },
        },
      },
    });
  });

  it('takes several ids at once, each once, and tells them apart by key only', async () => {
    const rig = await startRig();
    const ids = [await rig.create('sleep 1'), await rig.create('sleep 60'), await rig.create('exit 2')];
    rig.clock.advance(10 * SECOND);
    const asked = [...ids, ...ids, ''].reverse().join(',');
    const { jobs } = (await rig.call('GET', `jobs/${asked}`)).json<{
      jobs: Record<string, { vmStatus: string }>;
    }>();
    expect(Object.keys(jobs).sort()).toEqual([...ids].sort());
    expect(ids.map((id) => jobs[id]?.vmStatus)).toEqual(['completed', 'running', 'failed']);
  });

  it('is the same document for job-query, whose ids are a list or text', async () => {
    const rig = await startRig();
    const ids = [await rig.create(), await rig.create()];
    const expected = (await rig.call('GET', `jobs/${ids.join(',')}`)).json();
    for (const given of [ids, ids.join(',')]) {
      const { authenticator } = jobBody();
      expect((await rig.call('POST', 'job-query', { authenticator, ids: given }, {})).json()).toEqual(
        expected,
      );
    }
  });

  it('names at most as many ids as the server takes', async () => {
    const rig = await startRig({ maxIds: 3 });
    const ids = ['a', 'b', 'c', 'd'];
    expect((await rig.call('GET', `jobs/${ids.slice(1).join(',')}`)).json()).toEqual({
      success: true,
      jobs: {},
    });
    const refused = { success: false, error: 'Invalid input format' };
    expect((await rig.call('GET', `jobs/${ids.join(',')}`)).json()).toEqual(refused);
    for (const none of [',', '%2C']) expect((await rig.call('GET', `jobs/${none}`)).json()).toEqual(refused);
    for (const odd of [undefined, 7, {}, [[]], []]) {
      expect((await rig.call('POST', 'job-query', { ids: odd })).json()).toEqual(refused);
    }
  });

  it('omits unknown ids, says null, or fails as a whole', async () => {
    const asked = async (unknownIds: 'omit' | 'null' | 'fail') => {
      const rig = await startRig({ mutation: { unknownIds } });
      const id = await rig.create();
      const answer = await rig.call('GET', `jobs/${id},${UNKNOWN},__proto__`);
      return { id, ...answer.json<{ jobs?: Record<string, unknown>; error?: string }>() };
    };
    const omitted = await asked('omit');
    expect(Object.keys(omitted.jobs ?? {})).toEqual([omitted.id]);
    const nulled = await asked('null');
    expect(Object.entries(nulled.jobs ?? {})).toEqual(
      expect.arrayContaining([
        [UNKNOWN, null],
        ['__proto__', null],
        [nulled.id, expect.objectContaining({ vmStatus: 'provisioning' })],
      ]),
    );
    expect(await asked('fail')).toMatchObject({ success: false, error: 'no such job' });
  });

  it('lets a client find the poisonous id of a failed call', async () => {
    const rig = await startRig({ mutation: { unknownIds: 'fail' } });
    const id = await rig.create();
    const succeeds = async (ids: string) => (await rig.call('GET', `jobs/${ids}`)).json()['success'];
    expect(await Promise.all([`${id},${UNKNOWN}`, UNKNOWN, id].map(succeeds))).toEqual([false, false, true]);
  });

  it('lists nothing, in no tier and no style', async () => {
    const rig = await startRig({ world: { jobsPerSite: 5 } });
    for (const path of ['jobs', 'jobs/', 'job-list', 'jobs-list', 'job-query', '']) {
      const answer = await rig.call('GET', path);
      expect([404, 405]).toContain(answer.status);
      expect(answer.text).not.toContain('{');
    }
  });

  it('shows what it knows and nothing else', async () => {
    const rig = await startRig({ world: { jobsPerSite: 40 } });
    for (const job of rig.site.jobs.values()) {
      const document = await rig.status(job.id.replaceAll('-', ''));
      expect(Object.keys(document)).toEqual(['vmStatus', 'states']);
      expect(Object.keys(document.states)).toEqual(['default']);
      expect(Object.keys(document.states['default'] ?? {})).toEqual(['status', 'outputFiles', 'log']);
    }
  });
});

describe('the life of a job', () => {
  it('goes through provisioning, downloading and running to completed', async () => {
    const rig = await startRig();
    const id = await rig.create('sleep 20');
    const seen: string[] = [];
    for (let step = 0; step < 300; step++) {
      const { vmStatus, states } = await rig.status(id);
      expect(states['default']?.status).toBe(vmStatus);
      if (seen.at(-1) !== vmStatus) seen.push(vmStatus);
      rig.clock.advance(100);
    }
    expect(seen).toEqual(['provisioning', 'downloading', 'running', 'completed']);
  });

  it('counts a job as running until its outputs are there', async () => {
    const rig = await startRig();
    const id = await rig.create('sleep 10 > /local/output/x');
    const states = new Set<string>();
    for (let step = 0; step < 150; step++) {
      const { status, outputFiles } = await rig.state(id);
      states.add(`${[...rig.site.jobs.values()][0]?.state ?? ''} ${status} ${outputFiles.length}`);
      rig.clock.advance(100);
    }
    expect(states).toContain('finalizing running 0');
    expect(states).toContain('succeeded completed 1');
  });

  it('adds a line to the log every second and keeps the old ones', async () => {
    const rig = await startRig();
    const id = await rig.create('sleep 20');
    let last = '';
    for (let second = 0; second < 30; second++) {
      rig.clock.advance(SECOND);
      const { log } = await rig.state(id);
      expect(log.startsWith(last)).toBe(true);
      last = log;
    }
    expect(last.split('\n').length).toBeGreaterThan(18);
    expect(last.endsWith('\n')).toBe(true);
  });

  it('is aborted when its hours are over', async () => {
    const rig = await startRig();
    const id = await rig.create('sleep 1h', { hours: 0.05 });
    rig.clock.advance(2 * MINUTE);
    expect((await rig.state(id)).status).toBe('running');
    rig.clock.advance(2 * MINUTE);
    expect(await rig.status(id)).toMatchObject({
      vmStatus: 'aborted',
      states: { default: { status: 'aborted' } },
    });
  });

  it('goes back to provisioning with an empty log when its node goes away', async () => {
    const rig = await startRig();
    const id = await rig.create('sleep 60');
    rig.clock.advance(10 * SECOND);
    expect((await rig.state(id)).log).not.toBe('');
    const [job] = [...rig.site.jobs.values()];
    rig.site.setNodeUp(job?.executions[0]?.nodeId ?? '', false);
    expect(await rig.state(id)).toEqual({ status: 'provisioning', outputFiles: [], log: '' });
    rig.clock.advance(2 * MINUTE);
    expect((await rig.state(id)).status).toBe('completed');
  });

  it('stays as it ended, whatever the world makes of the job later', async () => {
    const rig = await startRig();
    const id = await rig.create('exit 3');
    rig.clock.advance(MINUTE);
    const ended = await rig.status(id);
    expect(ended.vmStatus).toBe('failed');
    const [job] = [...rig.site.jobs.values()];
    rig.site.rerun(job?.id ?? '', 'again');
    rig.clock.advance(2 * SECOND);
    expect(await rig.status(id)).toEqual(ended);
  });

  it('folds the parts of a job of the world', async () => {
    const rig = await startRig({ world: { jobsPerSite: 120, startedAt: Date.UTC(2026, 3, 7, 11, 20) } });
    const legal = new Set(['provisioning', 'downloading', 'running', 'completed', 'failed', 'aborted']);
    const seen = new Set<string>();
    for (const job of rig.site.jobs.values()) {
      const { vmStatus, states } = await rig.status(job.id.replaceAll('-', ''));
      expect(legal).toContain(vmStatus);
      expect(states['default']?.outputFiles).toHaveLength(vmStatus === 'completed' ? 1 : 0);
      seen.add(vmStatus);
    }
    expect([...seen]).toEqual(expect.arrayContaining(['completed', 'failed', 'aborted']));
  });
});
