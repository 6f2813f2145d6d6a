/** Intents for tests. */
import { intentId, type Intent } from '../../src/act/intent.ts';
import type { ProviderKey } from '../../src/model/ids.ts';
import { epochMs } from '../../src/model/time.ts';

export const LAB = 'lab' as ProviderKey;
export const CLOUD = 'cloud' as ProviderKey;
export const START = Date.parse('2026-05-11T08:00:00Z');

/** A claim of a submission of its own for every number. */
export function intentNo(nth: number, more: Partial<Intent> = {}): Intent {
  const provider = more.provider ?? LAB;
  const stamp = { id: `stamp${String(nth).padStart(6, '0')}`, specHash: '0123456789abcdef' };
  const now = epochMs(START + nth);
  return {
    id: intentId(provider, stamp.id),
    provider,
    account: null,
    target: { stamp, name: 'sieve', project: null, rerunOf: null, sentAt: now },
    phase: 'CLAIMED',
    sends: 0,
    lease: null,
    keys: [],
    memo: null,
    problem: null,
    createdAt: now,
    updatedAt: now,
    version: 1,
    ...more,
  };
}

/** The next version of an intent. */
export function next(intent: Intent, change: Partial<Intent> = {}): Intent {
  return { ...intent, ...change, version: intent.version + 1 };
}
