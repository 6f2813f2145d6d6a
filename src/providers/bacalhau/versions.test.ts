import { describe, expect, it } from 'vitest';
import { dialectOf, isDevelopmentVersion, minorOf } from './versions.ts';

const OLD =
  'Undefined New AskForBid AskForBidAccepted AskForBidRejected BidAccepted BidRejected Completed Failed Cancelled';
const NEW =
  'Undefined New AskForBid AskForBidAccepted AskForBidRejected BidAccepted Running Publishing BidRejected Completed Failed Cancelled';

describe('dialectOf', () => {
  it.each(['v1.4.0', 'v1.5.2', '1.5.0-rc1', 'v1.3.2'])('reads %s by the table of 1.4 and 1.5', (version) => {
    expect(dialectOf(version).executionWords.join(' ')).toBe(OLD);
  });

  it.each(['v1.6.0', 'v1.7.0', 'v1.8.0', 'v1.9.3', 'v1.10.0', 'v2.0.0', 'v0.0.0-xxxxxxx', 'v0.0.0'])(
    'reads %s by the table of 1.6',
    (version) => {
      expect(dialectOf(version).executionWords.join(' ')).toBe(NEW);
    },
  );

  it('claims without a version only what every version agrees on', () => {
    const [older, newer, untold] = ['v1.4.0', 'v1.9.0', null].map(
      (version) => dialectOf(version).executionWords,
    );
    for (const [i, word] of untold!.entries()) {
      const known = [older![i], newer![i]].filter((each) => each !== undefined);
      expect(word).toBe(new Set(known).size === 1 ? known[0] : null);
    }
  });

  it('knows where logs come from: a file since 1.8, and where the version is not told', () => {
    expect(['v1.4.0', 'v1.7.0', 'v1.8.0', 'v1.9.3', 'v0.0.0', null].map((v) => dialectOf(v).logs)).toEqual([
      'LIVE',
      'LIVE',
      'FILE',
      'FILE',
      'FILE',
      'FILE',
    ]);
  });

  it('knows development builds', () => {
    expect(['v0.0.0-xxxxxxx', 'v0.0.0', 'v1.0.0', 'v0.0.1'].map(isDevelopmentVersion)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(minorOf('v1.12.3')).toBe(12);
    expect(minorOf('v2.1.0')).toBeNull();
  });
});
