import { afterEach, describe, expect, it } from 'vitest';
import { simulated } from '../contract/rig.ts';
import { bacalhauTarget } from '../contract/targets/bacalhau.ts';
import { charityEngineTarget } from '../contract/targets/charity-engine.ts';
import { qarnotTarget } from '../contract/targets/qarnot.ts';
import { followersOf, liveOut, printed, Received, readOn, talker } from './rig.ts';

const TARGETS = [
  { name: 'Bacalhau', target: bacalhauTarget('1.9.3'), oneStream: false },
  { name: 'Qarnot', target: qarnotTarget(), oneStream: false },
  { name: 'Charity Engine', target: charityEngineTarget(), oneStream: true },
] as const;

describe.each(TARGETS)('a log of $name', ({ target, oneStream }) => {
  afterEach(() => target.closeStarted());

  it.each(['COMBINED', 'STDOUT', 'STDERR'] as const)(
    'that grows is told once, byte for byte: %s',
    async (stream) => {
      const rig = simulated(await target.start());
      const told = await talker(rig);
      const { open } = followersOf(rig, told.record.key);
      const reading = readOn(await open({ stream }));
      await liveOut(rig, told);
      const received = await reading;
      for (const output of ['STDOUT', 'STDERR'] as const) {
        const wanted = stream === 'COMBINED' || stream === output;
        expect(received.text[output]).toBe(wanted ? printed(rig, told, output, oneStream) : '');
      }
      expect(received.last).toMatchObject({ type: 'ENDED', end: 'ENDED' });
      expect(received.messages.every(({ type }) => type === 'CHUNK' || type === 'ENDED')).toBe(true);
    },
  );

  it('goes on after the cursor of any message, in another process', async () => {
    const rig = simulated(await target.start());
    const told = await talker(rig);
    const first = followersOf(rig, told.record.key, { messageBytes: 500 });
    const reader = await first.open();
    const received = new Received();
    const life = liveOut(rig, told);
    for (let part = 0; part < 6; part++) {
      const enough = received.messages.length + 1;
      const after = received.last?.cursor ?? null;
      const { open } = followersOf(rig, told.record.key, { messageBytes: 500 });
      const next = part === 0 ? reader : await open({ after });
      await readOn(next, received, ({ messages }) => messages.length >= enough);
      next.close();
    }
    const { open } = followersOf(rig, told.record.key);
    await Promise.all([life, readOn(await open({ after: received.last!.cursor }), received)]);
    for (const output of ['STDOUT', 'STDERR'] as const)
      expect(received.text[output]).toBe(printed(rig, told, output, oneStream));
  });
});
