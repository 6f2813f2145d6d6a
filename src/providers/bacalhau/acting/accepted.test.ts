import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STAMP, startActing, summaryOf } from '../../../../test/support/bacalhau-acting.ts';
import { bacalhauRequest } from '../../../../test/support/bacalhau-requests.ts';

describe.each(['1.9.3', '1.7.0', '1.4.0'] as const)('whatever the plan takes', (version) => {
  it(`is taken by ${version}, and found again`, async () => {
    const rig = await startActing({ version });
    await rig.learnVersion();
    let [tried, taken] = [0, 0];
    await fc.assert(
      fc.asyncProperty(bacalhauRequest, async (wanted) => {
        tried += 1;
        const { verdicts } = rig.acting.plan(wanted);
        if (verdicts.some(({ verdict }) => verdict === 'REFUSED')) return;
        taken += 1;
        const stamp = { ...STAMP, id: `abcdefghijkl${String(tried).padStart(4, 'a')}qrstuvwxyz` };
        const answer = await rig.submit(wanted, stamp);
        expect(summaryOf(answer), JSON.stringify(answer)).toBe('CREATED');
        expect(answer).toMatchObject({ warnings: [] });
        // What the server fills in or rewrites must not make the same job another one.
        if (version === '1.9.3') expect(await rig.submit(wanted, stamp)).toEqual({ outcome: 'EXISTS' });
        const { name } = wanted.spec;
        const seen = await rig.find({ stamp, name, project: wanted.project });
        expect(seen).toMatchObject({
          outcome: 'FOUND',
          records: { length: 1 },
          specHash: stamp.specHash,
        });
      }),
      { numRuns: 200 },
    );
    // The arbitrary is worth its time only while it makes things that can be sent.
    expect(taken).toBeGreaterThan(10);
  });
});
