import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldStates, latestAttempts } from './fold.ts';
import { isTerminal, STATES, TERMINAL_STATES } from './state.ts';
import { judgeTransition } from './transitions.ts';

const state = fc.constantFrom(...STATES);
const subject = fc.constantFrom('job' as const, 'task' as const, 'execution' as const);

describe('transitions', () => {
  it.each([
    ['job', 'QUEUED', 'PREPARING', 'LEGAL'],
    ['job', 'QUEUED', 'RUNNING', 'LEGAL_SKIPPED'],
    ['job', 'RUNNING', 'QUEUED', 'LEGAL'],
    ['execution', 'RUNNING', 'QUEUED', 'ILLEGAL'],
    ['job', 'CANCELLING', 'SUCCEEDED', 'LEGAL'],
    ['job', 'CANCELLING', 'SUSPENDED', 'LEGAL'],
    ['job', 'CANCELLING', 'RUNNING', 'ILLEGAL'],
    ['job', 'SUSPENDED', 'RUNNING', 'LEGAL'],
    ['job', 'FAILED', 'SUCCEEDED', 'CORRECTION'],
    ['job', 'FAILED', 'RUNNING', 'ILLEGAL'],
    ['job', 'SUCCEEDED', 'UNKNOWN', 'ILLEGAL'],
    ['execution', 'UNKNOWN', 'QUEUED', 'LEGAL'],
    ['job', 'QUEUED', 'SUBMITTING', 'ILLEGAL'],
  ] as const)('%s %s → %s is %s', (who, from, to, verdict) => {
    expect(judgeTransition(who, from, to)).toBe(verdict);
  });

  it('an end is never left, whatever is said', () => {
    fc.assert(
      fc.property(subject, fc.constantFrom(...TERMINAL_STATES), state, (who, from, to) => {
        const verdict = judgeTransition(who, from, to);
        if (!isTerminal(to)) expect(verdict).toBe('ILLEGAL');
      }),
    );
  });
});

describe('folding', () => {
  it('is an end exactly when every part has ended', () => {
    fc.assert(
      fc.property(fc.array(state, { minLength: 1 }), (states) => {
        expect(isTerminal(foldStates(states))).toBe(states.every(isTerminal));
      }),
    );
  });

  it('does not depend on the order of the parts', () => {
    fc.assert(
      fc.property(fc.array(state), fc.array(state), (a, b) => {
        expect(foldStates([...a, ...b])).toBe(foldStates([...b, ...a]));
      }),
    );
  });

  it('tolerates as many failures as allowed', () => {
    expect(foldStates(['FAILED', 'SUCCEEDED'], 1)).toBe('SUCCEEDED');
    expect(foldStates(['FAILED', 'FAILED', 'SUCCEEDED'], 1)).toBe('FAILED');
    expect(foldStates([])).toBe('UNKNOWN');
  });

  it('looks only at the last attempt of the last generation of an index', () => {
    const parts = [
      { index: 0, attempt: 2, generation: 1 },
      { index: 0, attempt: 1, generation: 2 },
      { index: 1, attempt: 1 },
      { index: 1, attempt: 2 },
    ];
    expect(latestAttempts(parts)).toEqual([parts[1], parts[3]]);
  });
});
