import { expect } from 'vitest';
import type { FaultEffect } from '../../../src/sandbox/emulator.ts';
import type { ErrorCode } from '../../../src/model/errors.ts';
import type { ContractCase, Topic } from '../case.ts';
import { failuresOf, operations, outcomeOf } from '../operations.ts';
import { readRecords } from '../reading.ts';
import { simulated } from '../rig.ts';

function status(code: number, extra: Partial<Extract<FaultEffect, { kind: 'status' }>> = {}): FaultEffect {
  return { kind: 'status', status: code, ...extra };
}
const answer = (body: unknown): FaultEffect => ({
  kind: 'garbage',
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

/** What goes wrong, and the code that every operation must fail with. */
const FAILURES: readonly (readonly [string, FaultEffect, ...ErrorCode[]])[] = [
  ['400', status(400), 'PROVIDER_REFUSED'],
  ['401', status(401), 'UNAUTHENTICATED'],
  ['403', status(403), 'FORBIDDEN'],
  // The answer of an API that is not there: an object that is missing is said to be so in words.
  ['404 of something else', status(404, { body: '<html>not here</html>', contentType: 'text/html' }), 'PROVIDER_PROTOCOL', 'NOT_FOUND'],
  ['408', status(408), 'PROVIDER_TIMEOUT'],
  ['429', status(429), 'RATE_LIMITED'],
  ['500', status(500), 'PROVIDER_UNAVAILABLE'],
  ['500 with a page', status(500, { body: '<html>oops</html>', contentType: 'text/html' }), 'PROVIDER_UNAVAILABLE'],
  ['502', status(502), 'PROVIDER_UNAVAILABLE'],
  ['503', status(503), 'PROVIDER_UNAVAILABLE'],
  ['504', status(504), 'PROVIDER_TIMEOUT'],
  ['a redirect', status(302), 'PROVIDER_PROTOCOL'],
  ['an expired credential', { kind: 'unauthorized' }, 'UNAUTHENTICATED'],
  ['a body that is not JSON', answer('{"Items": [}'), 'PROVIDER_PROTOCOL'],
  ['a page instead of an answer', answer('<!doctype html><p>Login</p>'), 'PROVIDER_PROTOCOL'],
  ['an empty body', answer(''), 'PROVIDER_PROTOCOL'],
  ['a number', answer(7), 'PROVIDER_PROTOCOL'],
  ['a text', answer('"no"'), 'PROVIDER_PROTOCOL'],
  ['null', answer(null), 'PROVIDER_PROTOCOL'],
  ['an object that says nothing', answer({ hello: 'world' }), 'PROVIDER_PROTOCOL'],
  ['a reset', { kind: 'reset' }, 'PROVIDER_UNAVAILABLE'],
  ['an answer that breaks off', { kind: 'truncate', bytes: 3 }, 'PROVIDER_UNAVAILABLE'],
]; // prettier-ignore

/** What versions of a provider may put in other words. */
const VERSIONED: ReadonlySet<string> = new Set([
  '404 of something else',
  '500',
  'an expired credential',
  'null',
]);

function failureCase([what, effect, ...codes]: (typeof FAILURES)[number]): ContractCase {
  return {
    name: `${what}: ${codes.join(' or ')}`,
    ...(VERSIONED.has(what) ? { everyVersion: true } : {}),
    async run(target) {
      const rig = simulated(await target.start({ jobs: 12 }));
      const all = await operations(rig, target);
      rig.sim.emulator.faults.set('failure', { effect });
      for (const { name, run } of all) {
        const fresh = rig.reconnect();
        const failures = await failuresOf(() => run(fresh, fresh.ctx()));
        expect([name, failures.length > 0]).toEqual([name, true]);
        for (const failure of failures) {
          expect([name, failure]).toMatchObject([name, { details: { provider: rig.provider } }]);
          expect([name, codes]).toEqual([name, expect.arrayContaining([(failure as { code: string }).code])]);
        }
      }
      rig.sim.emulator.faults.clear();
      for (const { name, run } of all) {
        expect([name, await outcomeOf(() => run(rig, rig.ctx()))]).toEqual([name, 'OK']);
      }
    },
  };
}

export const failures: Topic = {
  name: 'failures',
  cases: [
    ...FAILURES.map(failureCase),
    {
      name: 'a wait that the provider asks for is handed on',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 12 }));
        const all = await operations(rig, target);
        for (const [code, expected] of [
          [429, 'RATE_LIMITED'],
          [503, 'PROVIDER_UNAVAILABLE'],
        ] as const) {
          // prettier-ignore
          rig.sim.emulator.faults.set('wait', { effect: status(code, { retryAfter: '7' }) });
          for (const { name, run } of all) {
            const fresh = rig.reconnect();
            const [failure] = await failuresOf(() => run(fresh, fresh.ctx()));
            expect([name, failure]).toMatchObject([
              name,
              {
                code: expected,
                retryable: true,
                details: { retryAfterMs: 7_000, upstream: { status: code } },
              },
            ]);
          }
        }
      },
    },
    {
      name: 'answers of the wrong shape are PROVIDER_PROTOCOL, or hold nothing, and never crash',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 12 }));
        const all = await operations(rig, target);
        const shapes: unknown[] = [[], [null], [[]], { data: null }, { data: {} }, { data: [null, 7, 'x', []] }, { Items: null }, { Items: {} }, { Nodes: null }, { Items: [null, 7, 'x', []], Nodes: [null] }, { Job: null }, { Job: [] }, { Job: {} }, [{ uuid: 7 }], { data: [{}], isTruncated: 'yes', nextToken: 7 }]; // prettier-ignore
        for (const shape of shapes) {
          rig.sim.emulator.faults.set('shape', { effect: answer(shape) });
          for (const { name, run } of all) {
            const fresh = rig.reconnect();
            const outcome = await outcomeOf(() => run(fresh, fresh.ctx({ waitMs: 2_000 })));
            const story = `${name} of ${JSON.stringify(shape)}`;
            expect([story, outcome]).toEqual([
              story,
              expect.stringMatching(/^(?:OK|PROVIDER_PROTOCOL|NOT_FOUND)$/),
            ]);
          }
        }
      },
    },
    {
      name: 'a body that trickles in is a PROVIDER_TIMEOUT',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 12 }));
        const all = await operations(rig, target);
        rig.sim.emulator.faults.set('trickle', { effect: { kind: 'slow-body', bytesPerSecond: 20 } });
        const outcomes = all.map(async ({ name, run }) => {
          const fresh = rig.reconnect();
          return [name, await outcomeOf(() => run(fresh, fresh.ctx({ waitMs: 300 })))];
        });
        expect(await Promise.all(outcomes)).toEqual(all.map(({ name }) => [name, 'PROVIDER_TIMEOUT']));
      },
    },
    {
      name: 'one answer that is late is still an answer',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 12 }));
        rig.sim.emulator.faults.set('late', { times: 1, effect: { kind: 'latency', ms: 150 } });
        expect((await readRecords(rig, 'job')).length).toBeGreaterThan(0);
      },
    },
    {
      name: 'a list that fails on its second page keeps its first, and goes on where it stood',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 20 }));
        const whole = await readRecords(rig, 'task');
        const query = { limit: 5, filter: {}, order: { field: 'CREATED_AT', direction: 'DESC' } } as const;
        const first = await rig.adapter.list('task', { ...query, after: null }, rig.ctx());
        const second = { ...query, after: first.endPosition };
        rig.sim.emulator.faults.set('broken', { effect: { kind: 'reset' } });
        const failure = await outcomeOf(() => rig.adapter.list('task', second, rig.ctx()));
        expect(failure).toBe('PROVIDER_UNAVAILABLE');
        rig.sim.emulator.faults.clear();
        const again = await rig.adapter.list('task', second, rig.ctx());
        const keys = [...first.rows, ...again.rows].map(({ record }) => record.key);
        expect(keys).toEqual(whole.slice(0, keys.length).map((record) => record.key));
      },
    },
  ],
};
