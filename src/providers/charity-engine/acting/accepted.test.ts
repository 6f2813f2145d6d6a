import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestOf, startActing } from '../../../../test/support/charity-engine-acting.ts';
import type { JobSpec } from '../../../model/job-spec.ts';
import { bytes } from '../../../model/units.ts';
import { createdIds } from './created-ids.ts';
import { quoted } from './command-line.ts';
import { restoredJobs } from './memo.ts';

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 2 });
const size = maybe(
  fc
    .oneof(
      fc.nat(),
      fc.nat(2 ** 20).map((mib) => mib * 2 ** 20),
    )
    .map(bytes),
);
const url = fc.oneof(
  fc.webUrl({ withQueryParameters: true }),
  fc.constantFrom('ftp://x/y', '', 'https://u:p@x/'),
);
const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('echo', 'a b', "'", '\0', '#emu:x'),
);
const words = (minLength = 0) => fc.array(word, { minLength, maxLength: 4 });

/** What people may ask for, mostly sensible: what the plan takes of it must be taken by the service, too. */
const request = fc.record({
  spec: fc
    .record({
      image: maybe(fc.constantFrom('alpine', 'acme/tool:2', 'text-inference', 'a:text-inference', 'ghcr.io/a/b@sha256:0', 'a b')),
      app: fc.option(fc.constantFrom('charityengine:wolframengine', 'charityengine:text-inference', 'docker:x y'), { nil: null, freq: 5 }),
      command: fc.oneof({ weight: 3, arbitrary: words(1) }, fc.constant([]), fc.constant(['{"inputs":["q"]}'])),
      args: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, words()),
      jobKind: maybe(fc.constant('BATCH' as const)),
      cpuMillis: maybe(fc.nat(64_000)),
      memoryBytes: size,
      diskBytes: size,
      inputs: fc.array(fc.record({ path: fc.oneof(fc.string(), fc.constantFrom('a', '/local/input/b')), url }), { maxLength: 3 }),
      executionTimeoutMs: maybe(fc.nat(9 * 3_600_000)),
      count: maybe(fc.integer({ min: 1, max: 3 })),
      labels: fc.array(fc.record({ key: fc.string({ minLength: 1 }), value: maybe(fc.string()) }), { maxLength: 2 }),
    })
    .map(({ cpuMillis, memoryBytes, diskBytes, inputs, ...rest }): Partial<JobSpec> => ({
      ...rest,
      resources: { cpuMillis, memoryBytes, diskBytes, gpuMillis: null, gpuModel: null },
      inputs: inputs.map(({ path, url }) => ({ path, source: { type: 'URL', url } })),
    })),
  extension: maybe(
    fc.record({ tag: fc.option(fc.string(), { nil: undefined }), commandLine: fc.option(fc.string(), { nil: undefined, freq: 4 }) }, { requiredKeys: [] }),
  ),
}); // prettier-ignore

describe('whatever the plan takes', () => {
  it('is taken by a strict service, as it was planned', async () => {
    const { acting, submit, rig } = await startActing({ copiesField: 'copies' }, { strict: true, maxJobsInProgress: 100_000 }); // prettier-ignore
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(request, async ({ spec, extension }) => {
        const asked = requestOf(spec, { extension });
        const { verdicts } = acting.plan(asked);
        rig.emulator.resetCalls();
        const answer = await submit(asked);
        const refused = verdicts.some(({ verdict }) => verdict === 'REFUSED');
        expect([answer.outcome, rig.emulator.calls.length]).toEqual(
          refused ? ['REFUSED', 0] : ['CREATED', 1],
        );
        if (answer.outcome !== 'CREATED') return;
        taken += 1;
        expect(answer.records).toHaveLength(spec.count ?? 1);
        const keys = answer.records.map(({ key }) => key);
        const memo = JSON.parse(JSON.stringify(answer.memo)) as typeof answer.memo;
        const restored = restoredJobs({ keys, memo, submittedAt: 1 as never });
        expect(restored.map(({ spec }) => spec?.resources.cpuMillis)).toEqual(
          answer.records.map(({ tasks }) => tasks?.[0]?.resources.cpuMillis),
        );
      }),
      { numRuns: 400 },
    );
    expect(taken).toBeGreaterThan(20);
  });
});

describe('words', () => {
  it('reach a command as they were', () => {
    const anyWord = fc.string({ unit: 'binary', maxLength: 30 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(fc.oneof(anyWord, fc.constantFrom('if', '~', '!', '-n', '$(x)', '*', 'A=b')), { minLength: 1 }), (all) => {
        const text = all.map(quoted).join(' ');
        const printed = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${text}`]).toString();
        expect(printed.split('\0').slice(0, -1)).toEqual(all);
      }),
      { numRuns: 60 },
    ); // prettier-ignore
  });
});

describe('ids of an answer', () => {
  it.each([
    [{ ids: ['a', 'b', 'a'] }, ['a', 'b']],
    [{ ids: [], id: 7 }, ['7']],
    [{ jobIds: ['a'] }, ['a']],
    [{ job_ids: 'a' }, ['a']],
    [{ jobs: [{ id: 'a' }, { jobId: 3 }, 'c', null] }, ['a', '3', 'c']],
    [{ jobs: { a: {}, b: null } }, ['a', 'b']],
    [{ ids: null, success: true }, []],
    [{ ids: [1.5, {}, [], ''] }, []],
  ])('%j are %j', (answer, ids) => {
    expect(createdIds(answer)).toEqual(ids);
  });
});

describe('a memo', () => {
  it('of any form restores the job', () => {
    const submission = (memo: unknown) => ({ keys: ['a', 'b/c'], memo, submittedAt: 9 }) as never;
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const memo = typeof value === 'object' && !Array.isArray(value) ? value : { labels: value, spec: value };
        expect(restoredJobs(submission(memo))).toMatchObject([{ id: 'a', source: 'SUBMITTED', submittedWith: null }]);
      }),
    ); // prettier-ignore
  });
});
