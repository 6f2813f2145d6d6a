import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenLaws } from '../../../test/contract/laws.ts';
import { callContext, setUp, type Row } from '../../../test/support/fake-charity-engine.ts';
import type { NativeKey } from '../../model/ids.ts';
import { DEFAULT_ORDER } from '../provider.ts';

const RUNNING = {
  vmStatus: 'running',
  states: { default: { status: 'running', outputFiles: [], log: 'x\n' } },
};
const DONE = { vmStatus: 'done', states: { default: { status: 'completed', log: '' } } };

async function statesOf(body: unknown, ids = ['a', 'b']): Promise<unknown[]> {
  const { service, adapter } = setUp();
  service.scripted = () => ({ body });
  const { found, missing } = await adapter.get('job', ids as NativeKey[], callContext());
  return ids.map((id) => found.get(id as NativeKey)?.status.state ?? missing.get(id as NativeKey)?.code);
}

describe('a status answer', () => {
  it.each<[string, unknown]>([
    ['an object by id', { success: true, jobs: { a: RUNNING, b: DONE } }],
    ['with members nobody knows', { success: true, v: [1], jobs: { a: { ...RUNNING, x: {} }, b: DONE, c: RUNNING } }],
    ['without "success"', { jobs: { a: RUNNING, b: DONE } }],
    ['with an empty "error"', { success: true, error: '', jobs: { a: RUNNING, b: DONE } }],
    ['a list with "id"', { success: true, jobs: [{ id: 'b', ...DONE }, { id: 'a', ...RUNNING }] }],
    ['a list with "jobId"', { jobs: [{ jobId: 'a', ...RUNNING }, { jobId: 'b', ...DONE }] }],
    ['an object by id at the top', { a: RUNNING, b: DONE }],
    ['with states as a list', { jobs: { a: { states: [{ name: 'default', status: 'running' }] }, b: { states: [{ status: 'completed' }] } } }],
    ['with states as words', { jobs: { a: { states: { default: 'running' } }, b: { states: ['completed'] } } }],
    ['in capitals', { success: true, jobs: { a: { states: { default: { status: 'RUNNING' } } }, b: { vmStatus: 'COMPLETED' } } }],
    ['in the words of BOINC', { success: true, jobs: { a: { states: { default: { status: 'in_progress' } } }, b: { vmStatus: 'DONE' } } }],
    ['without states', { success: true, jobs: { a: { vmStatus: 'running' }, b: { status: 'success' } } }],
    ['with members of the wrong type', { success: true, jobs: { a: { vmStatus: 7, states: { default: { status: 'running', log: [], outputFiles: 'x' } } }, b: { vmStatus: [], state: 'done' } } }],
  ])('is understood as %s', async (_, body) => {
    expect(await statesOf(body)).toEqual(['RUNNING', 'SUCCEEDED']);
  }); // prettier-ignore

  it('may hold numbers as ids, and a single job without any envelope', async () => {
    expect(await statesOf({ jobs: [{ id: 17, ...RUNNING }] }, ['17'])).toEqual(['RUNNING']);
    expect(await statesOf(DONE, ['a'])).toEqual(['SUCCEEDED']);
    // Of two, nobody could say which one it is.
    expect(await statesOf(DONE)).toEqual(['PROVIDER_PROTOCOL', 'PROVIDER_PROTOCOL']);
  });

  it('leaves out, or sets to null, what does not exist', async () => {
    expect(await statesOf({ success: true, jobs: { a: RUNNING } })).toEqual(['RUNNING', 'NOT_FOUND']);
    expect(await statesOf({ success: true, jobs: { a: RUNNING, b: null } })).toEqual([
      'RUNNING',
      'NOT_FOUND',
    ]);
    expect(await statesOf({ success: true, jobs: [] })).toEqual(['NOT_FOUND', 'NOT_FOUND']);
    expect(await statesOf({ success: true })).toEqual(['NOT_FOUND', 'NOT_FOUND']);
  });

  it.each([
    ['text', 'hello'],
    ['a page', '<!doctype html><p>Login</p>'],
    ['nothing', ''],
    ['a list', '[{}]'],
    ['a number', '7'],
    ['null', 'null'],
    ['an object that says nothing', '{"hello":"world"}'],
    ['an object with jobs of no kind', '{"jobs":7}'],
  ])('is none when it is %s', async (_, body) => {
    expect(await statesOf(body)).toEqual(['PROVIDER_PROTOCOL', 'PROVIDER_PROTOCOL']);
  });

  it('drops and counts what cannot be read, and says nothing of what is in it', async () => {
    const { service, adapter } = setUp({ jobIds: ['a', 'b', 'c'] });
    service.scripted = () => ({ body: { success: true, jobs: { a: RUNNING, b: 'secret-word', c: [1] } } });
    const list = () =>
      adapter.list('job', { after: null, limit: 10, filter: {}, order: DEFAULT_ORDER.job }, callContext());
    expect(await list()).toMatchObject({ rows: { length: 1 }, dropped: { count: 2, reasons: ['a job is not an object'] } }); // prettier-ignore
    service.scripted = () => ({ body: { jobs: [{ id: 'a', ...RUNNING }, null, 7, 'x', { id: {} }] } });
    expect(await list()).toMatchObject({ rows: { length: 1 }, dropped: { count: 4, reasons: ['a job without an id'] } }); // prettier-ignore
  });
});

const JUNK = fc.oneof(
  fc.anything({ withBigInt: false, maxDepth: 3 }),
  fc.constantFrom(null, '', 'x', -1, 1e308, [], {}, '\0', '\ud800', '..', '__proto__', 'x'.repeat(5000)),
);
const hostileState = fc.oneof(JUNK, fc.record({ status: JUNK, log: JUNK, outputFiles: JUNK }, { requiredKeys: [] })); // prettier-ignore
const name = fc.oneof(fc.string(), fc.constantFrom('default', '__proto__', 'constructor', 'a/b', '\0', '\ud800', '')); // prettier-ignore
const hostileJob = fc.oneof(
  JUNK,
  fc.record(
    {
      vmStatus: JUNK,
      status: JUNK,
      states: fc.oneof(fc.array(hostileState, { maxLength: 4 }), fc.dictionary(name, hostileState), JUNK),
      log: JUNK,
    },
    { requiredKeys: [] },
  ),
);
const hostileAnswer = fc.oneof(
  JUNK,
  fc.record(
    {
      success: fc.oneof(fc.boolean(), JUNK),
      error: JUNK,
      jobs: fc.oneof(
        fc.record({ a: hostileJob, b: hostileJob, __proto__: fc.constant(null) }, { requiredKeys: [] }),
        fc.array(
          fc.oneof(hostileJob, fc.record({ id: fc.oneof(fc.constantFrom('a', 'b', 1), JUNK), states: JUNK })),
        ),
      ),
    },
    { requiredKeys: [] },
  ),
);

/** As JSON can carry it. */
function carried(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value) ?? 'null') as unknown;
}

describe('answers with anything in them', () => {
  it('become well-formed records, a typed error, or nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostileAnswer, { minLength: 1, maxLength: 3 }), async (answers) => {
        const { service, adapter } = setUp({ jobIds: ['a', 'b'] });
        for (const answer of answers) {
          service.now += 60_000;
          service.scripted = () => ({ body: carried(answer) });
          const query = { after: null, limit: 10, filter: {}, order: DEFAULT_ORDER.job };
          const page = await adapter.list('job', query, callContext()).catch((error: unknown) => error);
          if (page instanceof Error) {
            expect(page).toMatchObject({ name: 'GridweaveError' });
            continue;
          }
          const { rows, dropped } = page as Awaited<ReturnType<typeof adapter.list<'job'>>>;
          expect(rows.flatMap(({ record }) => brokenLaws(record, 'ce'))).toEqual([]);
          expect(dropped.count).toBeGreaterThanOrEqual(0);
          for (const { record } of rows) {
            const executions = record.tasks?.[0]?.executions ?? [];
            const { found } = await adapter.get('execution', executions.map(({ key }) => key), callContext()); // prettier-ignore
            expect([...found.keys()]).toEqual(executions.map(({ key }) => key));
            for (const { key } of executions) {
              const request = { stream: 'COMBINED', afterByte: 0, tailLines: null, maxBytes: 1000 } as const;
              const log = await adapter.logs(key, request, callContext());
              expect(log.lines.every(({ text }) => typeof text === 'string')).toBe(true);
            }
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it('never make a failure of a call that is refused in words', async () => {
    const refusal: Row = { success: false, error: 'Invalid input format' };
    expect(await statesOf(refusal)).toEqual(['PROVIDER_REFUSED', 'PROVIDER_REFUSED']);
  });
});
