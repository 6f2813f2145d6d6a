import { describe, expect, it } from 'vitest';
import { interestKey } from './interest-key.ts';

describe('the name of an interest', () => {
  it('is the same for the same interest, however it is written', () => {
    const one = interestKey({
      kind: 'job',
      filter: { states: ['RUNNING', 'QUEUED'], labels: [{ key: 'team', values: ['x', 'y'] }, { key: 'a' }] },
    });
    const two = interestKey({
      kind: 'job',
      filter: { labels: [{ key: 'a' }, { values: ['y', 'x'], key: 'team' }], states: ['QUEUED', 'RUNNING'] },
    });
    expect(one).toBe(two);
  });

  it('differs for what differs', () => {
    const names = [
      interestKey({ kind: 'job', filter: {} }),
      interestKey({ kind: 'task', filter: {} }),
      interestKey({ kind: 'job', filter: { states: [] } }),
      interestKey({ kind: 'job', filter: { states: ['QUEUED'] } }),
      interestKey({ kind: 'job', filter: { namePrefix: 'QUEUED' } }),
      interestKey({ kind: 'job', filter: { labels: [{ key: 'a' }, { key: 'b' }] } }),
      interestKey({ kind: 'job', filter: { labels: [{ key: 'a', values: ['b'] }] } }),
    ];
    expect(new Set(names).size).toBe(names.length);
  });
});
