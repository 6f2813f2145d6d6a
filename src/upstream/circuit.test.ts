import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../model/time.ts';
import { Circuit, type CallOutcome, type Permit } from './circuit.ts';

const OPTIONS = {
  windowSize: 10,
  minimumCalls: 4,
  failureRatio: 0.5,
  slowCallMs: 1_000,
  openMs: 1_000,
  maxOpenMs: 5_000,
};

function setup() {
  const time = { now: 0 };
  const changes: string[] = [];
  const circuit = new Circuit(OPTIONS, { now: () => epochMs(time.now) }, (from, to) =>
    changes.push(`${from}>${to}`),
  );
  const call = (outcome: CallOutcome) => {
    const permit = circuit.admit();
    if (permit !== null) circuit.settle(permit, outcome);
    return permit !== null;
  };
  const fail = (times: number) => {
    for (let i = 0; i < times; i++) call('FAILURE');
  };
  return { time, changes, circuit, call, fail };
}

describe('Circuit', () => {
  it('judges nothing before the minimum of calls, and opens at the ratio', () => {
    const { circuit, fail, changes } = setup();
    fail(3);
    expect(circuit.state).toBe('CLOSED');
    fail(1);
    expect(circuit).toMatchObject({ state: 'OPEN', retryAt: 1_000 });
    expect(changes).toEqual(['CLOSED>OPEN']);
  });

  it('looks only at the most recent calls', () => {
    const { circuit, call, fail } = setup();
    fail(3);
    for (let i = 0; i < 10; i++) call('SUCCESS');
    fail(4);
    expect(circuit.state).toBe('CLOSED');
    fail(1);
    expect(circuit.state).toBe('OPEN');
  });

  it('lets one trial at a time through after its time, and closes when that succeeds', () => {
    const { circuit, call, fail, time } = setup();
    fail(4);
    expect(circuit.admit()).toBeNull();
    time.now = 1_000;
    expect(circuit).toMatchObject({ state: 'HALF_OPEN', retryAt: null });
    const trial = circuit.admit();
    expect(trial).not.toBeNull();
    expect(circuit.admit()).toBeNull();
    circuit.settle(trial as Permit, 'SUCCESS');
    expect(circuit.state).toBe('CLOSED');
    // The window starts empty.
    fail(3);
    expect(circuit.state).toBe('CLOSED');
    expect(call('SUCCESS')).toBe(true);
  });

  it('doubles its time with each failed trial up to the limit, and forgets that on success', () => {
    const { circuit, call, fail, time } = setup();
    fail(4);
    const opened: number[] = [];
    for (let i = 0; i < 5; i++) {
      const retryAt = circuit.retryAt ?? 0;
      opened.push(retryAt - time.now);
      time.now = retryAt;
      call('FAILURE');
    }
    expect(opened).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
    time.now = circuit.retryAt ?? 0;
    call('SUCCESS');
    fail(4);
    expect((circuit.retryAt ?? 0) - time.now).toBe(1_000);
  });

  it('gives the trial to the next caller when it told nothing', () => {
    const { circuit, call, fail, time } = setup();
    fail(4);
    time.now = 1_000;
    call('NONE');
    expect(circuit.state).toBe('HALF_OPEN');
    expect(circuit.admit()).not.toBeNull();
  });

  it('ignores outcomes of calls that began before it opened', () => {
    const { circuit, call, fail, time } = setup();
    const early = Array.from({ length: 6 }, () => circuit.admit() as Permit);
    fail(4);
    time.now = 1_000;
    circuit.settle(early[0] as Permit, 'SUCCESS');
    expect(circuit.state).toBe('HALF_OPEN');
    call('SUCCESS');
    for (const permit of early.slice(1)) circuit.settle(permit, 'FAILURE');
    expect(circuit.state).toBe('CLOSED');
  });

  it('always tells refused callers a time to wait that is more than nothing', () => {
    const { circuit, fail, time } = setup();
    fail(4);
    expect(circuit.retryAfterMs).toBe(1_000);
    time.now = 400;
    expect(circuit.retryAfterMs).toBe(1_000);
    time.now = 1_500;
    expect(circuit.retryAfterMs).toBeGreaterThan(0);
  });

  it('keeps its laws under any sequence of calls', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('begin' as const) }),
      fc.record({
        kind: fc.constant('end' as const),
        which: fc.nat(5),
        outcome: fc.constantFrom<CallOutcome>('SUCCESS', 'FAILURE', 'NONE'),
      }),
      fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 3_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { circuit, time, changes } = setup();
        const underWay: Permit[] = [];
        const broken: string[] = [];
        const law = (name: string, holds: boolean) => holds || broken.push(name);
        for (const taken of steps) {
          const before = circuit.state;
          const trials = underWay.filter((permit) => permit.trial).length;
          if (taken.kind === 'pass') time.now += taken.ms;
          if (taken.kind === 'begin') {
            const permit = circuit.admit();
            if (permit !== null) underWay.push(permit);
            law('none passes while open', before !== 'OPEN' || permit === null);
            law('all pass while closed', before !== 'CLOSED' || permit?.trial === false);
            law('one trial at a time', before !== 'HALF_OPEN' || (permit !== null) === (trials === 0));
          }
          if (taken.kind === 'end') {
            const [permit] = underWay.splice(taken.which % Math.max(1, underWay.length), 1);
            if (permit !== undefined) circuit.settle(permit, taken.outcome);
            const telling = taken.outcome !== 'NONE' && permit !== undefined;
            law('what tells nothing changes nothing', telling || circuit.state === before);
            law(
              'success never opens',
              taken.outcome !== 'SUCCESS' || before !== 'CLOSED' || circuit.state === before,
            );
          }
          const { retryAt } = circuit;
          law('retryAt is for OPEN', (retryAt === null) === (circuit.state !== 'OPEN'));
          law('never open for longer than the limit', (retryAt ?? 0) - time.now <= OPTIONS.maxOpenMs);
          law('refusals come with a wait', circuit.retryAfterMs > 0);
        }
        expect(broken).toEqual([]);
        // Every change leaves one state for another, in an order that exists.
        for (const change of changes)
          expect(['CLOSED>OPEN', 'HALF_OPEN>OPEN', 'HALF_OPEN>CLOSED']).toContain(change);
      }),
    );
  });
});
