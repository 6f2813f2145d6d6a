import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { NativeKey, ProviderKey } from '../../src/model/ids.ts';
import type { ExecutionRecord } from '../../src/model/records.ts';
import { qarnot } from '../../src/providers/qarnot/index.ts';
import { createManualClock } from '../../src/sandbox/clock.ts';
import { SANDBOX_TOKEN, startQarnotEmulator } from '../../src/sandbox/qarnot/emulator.ts';
import type { SimExecution } from '../../src/sandbox/world/types.ts';
import { createWorld } from '../../src/sandbox/world/world.ts';
import { headerCredential } from '../../src/upstream/credential.ts';
import { readRecords } from '../contract/reading.ts';
import { connect, simulated } from '../contract/rig.ts';
import { bacalhauTarget } from '../contract/targets/bacalhau.ts';
import { charityEngineTarget } from '../contract/targets/charity-engine.ts';
import { runaiTarget } from '../contract/targets/runai.ts';
import { until } from '../support/loopback.ts';
import { simSpec } from '../support/sim-spec.ts';
import { followersOf, liveOut, printed, Received, readOn, talker, type Told } from './rig.ts';

const FATE = {
  prepareMs: 1_000,
  runMs: 60_000,
  finalizeMs: 1_000,
  outcome: { kind: 'success' },
  failFirst: 0,
} as const;

const aMoment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 8));

describe('Bacalhau', () => {
  const target = bacalhauTarget('1.9.3');
  afterEach(() => target.closeStarted());

  it('tells the logs of several executions of one node at the same time, which reads one at a time', async () => {
    const rig = simulated(await target.start({ jobs: 0 }));
    const said = Array.from(
      { length: 100 },
      (_, i) => `echo step ${String(i)}; echo warning ${String(i)} >&2; sleep 1`,
    );
    const fate = { ...FATE, runMs: 100_000 };
    for (let nth = 0; nth < 20; nth++)
      rig.sim.site.submit(simSpec(`job ${String(nth)}`, { command: ['sh', '-c', said.join('; ')], fate }));
    rig.sim.pass(20_000);
    const byNode = new Map<string, Told[]>();
    for (let nth = 0; nth < 20; nth++) {
      const told = await talker(rig, 'RUNNING', nth).catch(() => null);
      if (told === null) break;
      const node = told.record.nodeKey ?? '';
      byNode.set(node, [...(byNode.get(node) ?? []), told]);
    }
    const several = [...byNode.values()].toSorted((a, b) => b.length - a.length)[0]!;
    expect(several.length).toBeGreaterThan(1);
    const { open } = followersOf(rig, several[0]!.record.key);
    const readers = await Promise.all(several.map(({ record }) => open({}, record.key)));
    const received = several.map(() => new Received());
    const reading = readers.map((reader, i) => readOn(reader, received[i]));
    for (let step = 0; step < 10; step++) {
      rig.sim.pass(5_000);
      await aMoment();
    }
    // Each goes on while the others are open.
    for (const [i, told] of several.entries()) {
      await until('the log so far', () => received[i]!.text.STDOUT === printed(rig, told, 'STDOUT'), 8_000);
      rig.sim.site.stop(told.execution.jobId, 'seen enough');
    }
    rig.sim.pass(60_000);
    await Promise.all(reading);
    for (const [i, told] of several.entries()) {
      expect(received[i]!.text).toEqual({
        STDOUT: printed(rig, told, 'STDOUT'),
        STDERR: printed(rig, told, 'STDERR'),
      });
      expect(received[i]!.last).toMatchObject({ type: 'ENDED', end: 'ENDED' });
    }
  });

  it('ends with what is left of a log that its node has deleted', async () => {
    const rig = simulated(await target.start());
    const told = await talker(rig);
    await liveOut(rig, told, 1_000, 1);
    rig.sim.pass(2 * 3_600_000);
    const { open } = followersOf(rig, told.record.key);
    const { last } = await readOn(await open());
    expect(last).toMatchObject({ type: 'ENDED' });
    expect(['GONE', 'TRUNCATED']).toContain(last!.type === 'ENDED' && last!.end);
  });

  it('waits for what has not begun', async () => {
    const rig = simulated(await target.start({ jobs: 0 }));
    const fate = { ...FATE, runMs: 30_000 };
    rig.sim.site.submit(simSpec('later', { command: ['sh', '-c', 'echo begun; sleep 5; echo done'], fate }));
    let record: ExecutionRecord | undefined;
    while (record === undefined) {
      rig.sim.pass(50);
      [record] = await readRecords(rig, 'execution');
    }
    expect(rig.sim.facts.executionOf(rig.sim.site, record)?.startedAt ?? null).toBeNull();
    const { open } = followersOf(rig, record.key);
    const reading = readOn(await open());
    for (let step = 0; step < 40; step++) {
      rig.sim.pass(1_000);
      await aMoment();
    }
    const received = await reading;
    expect(received.text.STDOUT).toBe('begun\ndone\n');
    expect(received.last).toMatchObject({ type: 'ENDED', end: 'ENDED' });
  });
});

describe('Qarnot', () => {
  it('tells an output that is longer than what the service keeps, once, as long as it is read often enough', async () => {
    const clock = createManualClock(Date.parse('2026-03-02T09:00:00Z'));
    const world = createWorld({ seed: 3, clock, sites: ['qarnot'], jobsPerSite: 0, arrivalMs: Infinity, nodeUpMs: Infinity }); // prettier-ignore
    const emulator = await startQarnotEmulator({ world, outputBufferLength: 3_000 });
    onTestFinished(() => emulator.close());
    const closing: (() => Promise<void>)[] = [];
    onTestFinished(async () => void (await Promise.all(closing.map((close) => close()))));
    const rig = connect(qarnot, {
      provider: 'ring' as ProviderKey,
      baseUrl: new URL(emulator.url),
      clock,
      credential: headerCredential('authorization', SANDBOX_TOKEN),
      sim: null,
      opened: (close) => closing.push(close),
    });
    const said = Array.from(
      { length: 400 },
      (_, i) => `echo line ${String(i)} of a long output; sleep 1`,
    ).join('; ');
    const fate = { ...FATE, runMs: 500_000 };
    const site = world.site('qarnot');
    site.submit(simSpec('talker', { command: ['sh', '-c', said], fate }));
    const pass = (ms: number): void => {
      clock.advance(ms);
      world.sync();
    };
    while ([...site.executions.values()].every(({ startedAt }) => startedAt === null)) pass(1_000);
    const execution: SimExecution = [...site.executions.values()][0]!;
    const [record] = await readRecords(rig, 'execution');
    const whole = (): string =>
      site.logOf(execution).filter(({ stream }) => stream === 'stdout').map(({ text }) => `${text}\n`).join(''); // prettier-ignore
    const { open } = followersOf(rig, record!.key);
    const received = new Received();
    const reading = readOn(await open({ stream: 'STDOUT' }), received);
    while (execution.endedAt === null) {
      pass(20_000);
      await until('what was written', () => received.text.STDOUT === whole(), 8_000);
    }
    await reading;
    expect(whole().length).toBeGreaterThan(9_000);
    expect(received.text.STDOUT).toBe(whole());
    expect(received.last).toMatchObject({ type: 'ENDED', end: 'ENDED' });

    // Who begins now has what the service still has.
    const late = await readOn(await followersOf(rig, record!.key).open({ stream: 'STDOUT' }));
    expect(late.text.STDOUT.length).toBeLessThanOrEqual(3_000);
    expect(whole().endsWith(late.text.STDOUT)).toBe(true);
  });

  it('says that something is missing when more was written between two readings than the service keeps', async () => {
    const clock = createManualClock(Date.parse('2026-03-02T09:00:00Z'));
    const world = createWorld({ seed: 3, clock, sites: ['qarnot'], jobsPerSite: 0, arrivalMs: Infinity, nodeUpMs: Infinity }); // prettier-ignore
    const emulator = await startQarnotEmulator({ world, outputBufferLength: 1_000 });
    onTestFinished(() => emulator.close());
    let close = (): Promise<void> => Promise.resolve();
    onTestFinished(() => close());
    const rig = connect(qarnot, {
      provider: 'ring' as ProviderKey,
      baseUrl: new URL(emulator.url),
      clock,
      credential: headerCredential('authorization', SANDBOX_TOKEN),
      sim: null,
      opened: (end) => (close = end),
    });
    const fate = { ...FATE, runMs: 500_000 };
    const site = world.site('qarnot');
    site.submit(simSpec('talker', { command: ['work'], fate }));
    clock.advance(120_000);
    world.sync();
    const [record] = await readRecords(rig, 'execution');
    const { open } = followersOf(rig, record!.key);
    const received = new Received();
    const reading = readOn(await open(), received);
    await until('something', () => received.text.STDOUT !== '', 8_000);
    clock.advance(1_000_000);
    world.sync();
    await reading;
    expect(received.of('GAP')).toMatchObject([{ reason: 'REPLACED', lostBytes: null }]);
    expect(received.last).toMatchObject({ type: 'ENDED', end: 'TRUNCATED' });
  });
});

describe('Charity Engine', () => {
  const target = charityEngineTarget();
  afterEach(() => target.closeStarted());

  it('says that work which was given to another host has another log, and tells that', async () => {
    const rig = simulated(await target.start());
    const told = await talker(rig);
    const { open } = followersOf(rig, told.record.key);
    const received = new Received();
    const reading = readOn(await open(), received);
    await until('the first log', () => received.text.STDOUT !== '', 8_000);
    rig.sim.site.setNodeUp(told.execution.nodeId ?? '', false);
    rig.sim.pass(1_000);
    await until('the gap', () => received.of('GAP').length > 0, 8_000);
    const before = received.text.STDOUT.length;
    const again = [...rig.sim.site.executions.values()].findLast(
      ({ jobId }) => jobId === told.execution.jobId,
    )!;
    expect(again).not.toBe(told.execution);
    const other: Told = { ...told, execution: again };
    await liveOut(rig, other);
    await reading;
    expect(received.of('GAP')).toMatchObject([{ reason: 'REPLACED' }]);
    expect(received.text.STDOUT.slice(before)).toBe(printed(rig, other, 'STDOUT', true));
    expect(received.last).toMatchObject({ type: 'ENDED', end: 'TRUNCATED' });
  });
});

describe('Run:ai', () => {
  const target = runaiTarget('2.24');
  afterEach(() => target.closeStarted());

  it('gives no logs, which is said before a stream begins and before anything is sent', async () => {
    const rig = simulated(await target.start());
    const [record] = await readRecords(rig, 'execution');
    rig.sim.emulator.resetCalls();
    const { open } = followersOf(rig, record!.key);
    await expect(open()).rejects.toMatchObject({ code: 'UNSUPPORTED_OPERATION' });
    await expect(open({}, 'no-such' as NativeKey)).rejects.toMatchObject({ code: 'UNSUPPORTED_OPERATION' });
    expect(rig.sim.emulator.calls).toEqual([]);
  });
});
