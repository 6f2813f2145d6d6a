import { expect, it } from 'vitest';
import { SECOND, startRig } from '../../../../test/support/charity-engine-rig.ts';

it('streams its answer into the log, word by word', async () => {
  const rig = await startRig();
  const id = await rig.create(JSON.stringify({ inputs: ['Why is the sky blue?', 'exit 1'] }), {
    app: 'charityengine:text-inference',
    tag: 'gemma:2b',
    hours: undefined,
    specs: undefined,
  });
  const logs: string[] = [];
  for (let step = 0; step < 60; step++) {
    const { log } = await rig.state(id);
    expect(log.startsWith(logs.at(-1) ?? '')).toBe(true);
    if (log !== logs.at(-1)) logs.push(log);
    rig.clock.advance(100);
  }
  expect(logs.length).toBeGreaterThan(10);
  expect(logs.at(-1)).toMatch(/^You asked: Why is the sky blue\?\n.*gemma:2b.*\nYou asked: exit 1\n.*\n$/);
  expect((await rig.state(id)).status).toBe('completed');
});

it('can be told how to go, behind its document', async () => {
  const rig = await startRig();
  const id = await rig.create('{"inputs":["why?"]} #emu:run=60s #emu:fail', {
    app: 'charityengine:text-inference',
  });
  rig.clock.advance(30 * SECOND);
  const half = await rig.state(id);
  expect(half.status).toBe('running');
  rig.clock.advance(60 * SECOND);
  const { status, log } = await rig.state(id);
  expect(status).toBe('failed');
  expect(log.startsWith(half.log)).toBe(true);
});
