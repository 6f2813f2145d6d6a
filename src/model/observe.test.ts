import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { observe, type KnownState } from './observe.ts';
import { isTerminal, STATES } from './state.ts';
import { judgeTransition } from './transitions.ts';

const known = (state: KnownState['state'], generation = 1): KnownState => ({
  state,
  generation,
  nativeGeneration: 1,
});

describe('observing', () => {
  it.each([
    ['job', 'QUEUED', 'RUNNING', 'SKIPPED', 1],
    ['job', 'SUCCEEDED', 'RUNNING', 'REOPENED', 2],
    ['execution', 'SUCCEEDED', 'RUNNING', 'HELD', 1],
    ['execution', 'RUNNING', 'QUEUED', 'HELD', 1],
    ['job', 'SUCCEEDED', 'UNKNOWN', 'HELD', 1],
    ['job', 'FAILED', 'SUCCEEDED', 'CORRECTED', 1],
    ['job', 'CANCELLING', 'RUNNING', 'HELD', 1],
    ['job', 'RUNNING', 'RUNNING', 'NONE', 1],
  ] as const)('%s %s → %s is %s', (subject, from, to, change, generation) => {
    const result = observe(subject, known(from), { state: to, generation: 1 });
    expect([result.change, result.known.generation]).toEqual([change, generation]);
  });

  it('does not go back to an older generation', () => {
    const now = observe('job', known('SUCCEEDED'), { state: 'RUNNING', generation: 3 });
    expect(now).toMatchObject({ change: 'REOPENED', known: { generation: 3 } });
    expect(observe('job', now.known, { state: 'SUCCEEDED', generation: 1 }).change).toBe('HELD');
  });

  it('lets nothing illegal out, whatever goes in', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('job' as const, 'task' as const, 'execution' as const),
        fc.array(
          fc.record({ state: fc.constantFrom(...STATES), generation: fc.integer({ min: 1, max: 3 }) }),
        ),
        (subject, sequence) => {
          let at: KnownState | null = null;
          for (const seen of sequence) {
            const before: KnownState | null = at;
            const { known: after, change } = observe(subject, before, seen);
            at = after;
            if (before === null) continue;
            expect(after.generation).toBeGreaterThanOrEqual(before.generation);
            if (after.generation !== before.generation) continue;
            expect(judgeTransition(subject, before.state, after.state)).not.toBe('ILLEGAL');
            if (isTerminal(before.state) && after.state !== before.state) expect(change).toBe('CORRECTED');
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
