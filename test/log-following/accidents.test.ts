import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Rig, SimRig } from '../contract/rig.ts';
import { simulated } from '../contract/rig.ts';
import { bacalhauTarget } from '../contract/targets/bacalhau.ts';
import { charityEngineTarget } from '../contract/targets/charity-engine.ts';
import { qarnotTarget } from '../contract/targets/qarnot.ts';
import { until } from '../support/loopback.ts';
import { simSpec } from '../support/sim-spec.ts';
import { startCuttingRelay, type CuttingRelay } from './cutting-relay.ts';
import { followersOf, liveOut, printed, readOn, talker } from './rig.ts';

const TARGETS = [
  { name: 'Bacalhau', target: bacalhauTarget('1.9.3'), oneStream: false, route: '/logs' },
  { name: 'Qarnot', target: qarnotTarget(), oneStream: false, route: '/std' },
  { name: 'Charity Engine', target: charityEngineTarget(), oneStream: true, route: '/jobs/' },
] as const;

const FATE = {
  prepareMs: 1_000,
  runMs: 60_000,
  finalizeMs: 1_000,
  outcome: { kind: 'success' },
  failFirst: 0,
} as const;

/** The same provider behind a relay that cuts two connections of three, in the middle of what they carry. */
async function cutting(rig: SimRig): Promise<{ readonly cut: Rig; readonly relay: CuttingRelay }> {
  const { pathname } = rig.sim.relay.url;
  const server = new URL(pathname, rig.sim.emulator.url);
  const relay = await startCuttingRelay(server, (nth) => (nth % 3 === 2 ? Infinity : 700 + 613 * (nth % 7)));
  onTestFinished(() => relay.close());
  return { cut: rig.reconnect({ baseUrl: relay.url }), relay };
}

describe.each(TARGETS)('a log of $name', ({ target, oneStream, route }) => {
  afterEach(() => target.closeStarted());

  it(
    'is told once, byte for byte, while connections are cut in the middle',
    { timeout: 40_000 },
    async () => {
      const rig = simulated(await target.start());
      const told = await talker(rig);
      const { cut, relay } = await cutting(rig);
      const { open } = followersOf(cut, told.record.key);
      const reading = readOn(await open());
      await liveOut(rig, told);
      const received = await reading;
      for (const output of ['STDOUT', 'STDERR'] as const)
        expect(received.text[output]).toBe(printed(rig, told, output, oneStream));
      expect(received.last).toMatchObject({ type: 'ENDED', end: 'ENDED' });
      expect(relay.cuts).toBeGreaterThan(1);
    },
  );

  it('is told once while the provider resets, fails and refuses', async () => {
    const rig = simulated(await target.start());
    const told = await talker(rig);
    const { faults } = rig.sim.emulator;
    const { open } = followersOf(rig, told.record.key);
    const reading = readOn(await open());
    faults.set('reset', { probability: 0.3, effect: { kind: 'reset' } });
    faults.set('busy', { probability: 0.2, effect: { kind: 'status', status: 503 } });
    await liveOut(rig, told);
    faults.clear();
    const received = await reading;
    for (const output of ['STDOUT', 'STDERR'] as const)
      expect(received.text[output]).toBe(printed(rig, told, output, oneStream));
    expect(received.last).toMatchObject({ type: 'ENDED', end: 'ENDED' });
  });

  it(
    'of letters of many bytes arrives whole, however slowly its bytes come',
    { timeout: 40_000 },
    async () => {
      const rig = simulated(await target.start({ jobs: 0 }));
      const said = Array.from(
        { length: 40 },
        (_, i) => `echo naïve-€${'𝔊'.repeat(i % 9)}-日本語-${String(i)}; sleep 2`,
      );
      rig.sim.site.submit(
        simSpec('letters', { command: ['sh', '-c', said.join('; ')], fate: { ...FATE, runMs: 200_000 } }),
      );
      rig.sim.pass(60_000);
      const told = await talker(rig);
      rig.sim.emulator.faults.set('slow', {
        match: route,
        effect: { kind: 'slow-body', bytesPerSecond: 200_000 },
      });
      const { open } = followersOf(rig, told.record.key);
      const reading = readOn(await open());
      await liveOut(rig, told, 4_000, 25);
      const received = await reading;
      expect(received.text.STDOUT).toBe(printed(rig, told, 'STDOUT', oneStream));
      expect(received.text.STDOUT).toContain('naïve-€𝔊𝔊𝔊-日本語-3\n');
    },
  );

  it('costs as much for a hundred readers as for one, and nothing when they have left', async () => {
    const rig = simulated(await target.start({ jobs: 0 }));
    rig.sim.site.submit(simSpec('small', { command: ['sh', '-c', 'echo one; echo two'] }));
    rig.sim.pass(30_000);
    const told = await talker(rig);
    rig.sim.emulator.resetCalls();
    const { followers, open } = followersOf(rig, told.record.key, { minPauseMs: 40, maxPauseMs: 40 });
    const { emulator } = rig.sim;
    const shared = followersOf(rig.reconnect(), told.record.key, { minPauseMs: 40, maxPauseMs: 40 });
    const callsIn = async (ms: number): Promise<number> => {
      emulator.resetCalls();
      await new Promise((resolve) => setTimeout(resolve, ms));
      return emulator.calls.length;
    };
    const one = await open();
    const reading = readOn(one);
    await until('a few readings', () => emulator.calls.length > 12, 8_000);
    const ofOne = await callsIn(600);
    one.close();
    await reading;
    await until('the first log to end', () => followers.stats.logs === 0);
    emulator.resetCalls();
    const readers = await Promise.all(Array.from({ length: 100 }, () => shared.open()));
    const readings = readers.map((reader) => readOn(reader));
    await until('a few readings', () => emulator.calls.length > 12, 8_000);
    const ofMany = await callsIn(600);
    expect(ofOne).toBeGreaterThan(4);
    expect(ofMany).toBeLessThan(ofOne * 1.5);
    for (const reader of readers) reader.close();
    await Promise.all(readings);
    await until('the log to end', () => shared.followers.stats.logs === 0);
    expect(await callsIn(150)).toBe(0);
  });
});
