import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { FaultEffect } from '../../../src/sandbox/emulator.ts';
import type { Topic } from '../case.ts';
import { failuresOf, operations } from '../operations.ts';
import { deserted } from '../relay.ts';
import { simulated, type Rig } from '../rig.ts';
import { own } from '../../support/own-credential.ts';

/** Everything that can be got out of a value: its text, its members, shown or not, and what it was caused by. */
function everythingOf(value: unknown): string {
  const error =
    value instanceof Error ? `${value.message}\n${value.stack ?? ''}\n${everythingOf(value.cause)}` : '';
  return `${error}\n${inspect(value, { depth: Infinity, showHidden: true })}\n${JSON.stringify(value) ?? ''}`;
}

/** The secret as it is, and as it may stand in a header or a URL. */
function formsOf(secret: string): string[] {
  return [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)];
}

async function collect(
  rig: Rig,
  run: (rig: Rig, ctx: ReturnType<Rig['ctx']>) => Promise<unknown>,
): Promise<string> {
  const ctx = rig.ctx({ waitMs: 300 });
  const answers: unknown[] = [];
  const failures = await failuresOf(async () => {
    const answer = await run(rig, ctx);
    answers.push(answer);
    return answer;
  });
  const own = [rig.adapter.capabilities, rig.upstream.health, rig.upstream.fingerprint(ctx)];
  return [...answers, ...failures, ...ctx.reports, ...rig.events, ...own].map(everythingOf).join('\n');
}

export const secrets: Topic = {
  name: 'secrets',
  cases: [
    {
      name: 'a credential is in no answer, error, report or log event, whatever goes wrong',
      async run(target) {
        const rig = simulated(await target.start({ guarded: true, jobs: 10 }));
        const { secret, valid } = rig.sim.facts;
        const all = await operations(rig, target);
        const wrongs: (FaultEffect | null)[] = [
          null,
          { kind: 'status', status: 401 },
          { kind: 'status', status: 500 },
          { kind: 'garbage', body: 'no' },
          { kind: 'reset' },
          { kind: 'hang' },
          { kind: 'truncate', bytes: 5 },
        ];
        for (const effect of wrongs) {
          if (effect === null) rig.sim.emulator.faults.clear();
          else rig.sim.emulator.faults.set('wrong', { effect });
          const texts = await Promise.all(
            all.map(({ run }) => collect(rig.reconnect({ credential: valid }), run)),
          );
          for (const form of formsOf(secret)) expect(texts.join('\n').includes(form)).toBe(false);
        }
      },
    },
    {
      name: 'nor is it when nobody listens, nor in a probe',
      async run(target) {
        const rig = simulated(await target.start({ guarded: true, jobs: 10 }));
        const { secret, valid, wrong } = rig.sim.facts;
        const gone = rig.reconnect({ baseUrl: await deserted(), credential: valid });
        const texts = [
          await collect(gone, (on, ctx) => on.adapter.probe(ctx)),
          await collect(gone, (on, ctx) => on.adapter.changes(null, ctx)),
          await collect(rig, (on, ctx) => on.adapter.probe(ctx)),
          await collect(rig, (on, ctx) => on.adapter.probe({ ...ctx, credentials: own(wrong) })),
        ];
        for (const form of formsOf(secret)) expect(texts.join('\n').includes(form)).toBe(false);
      },
    },
    {
      name: 'a provider that repeats the header it was sent does not make us repeat it',
      async run(target) {
        const rig = simulated(await target.start({ guarded: true, jobs: 10 }));
        const { secret } = rig.sim.facts;
        const all = await operations(rig, target);
        const complaint = `bad request: Authorization: Bearer ${secret}, token=${secret}`;
        const body = JSON.stringify({
          Message: complaint,
          message: complaint,
          error: complaint,
          Code: 'BadRequest',
        });
        for (const status of [400, 401, 403, 500]) {
          rig.sim.emulator.faults.set('echo', { effect: { kind: 'status', status, body } });
          for (const { run } of all) {
            const text = await collect(rig.reconnect(), run);
            expect(text.includes(secret)).toBe(false);
          }
        }
      },
    },
    {
      name: 'no record shows the values of an environment',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 5 }));
        const value = 'canary-environment-3c1d';
        const env = { API_TOKEN: value, DATABASE_URL: `postgres://u:${value}@db/x` };
        rig.sim.site.submit({ ...rig.sim.site.jobs.values().next().value!, name: 'with-secrets', env });
        rig.sim.pass(5_000);
        const texts: string[] = [];
        for (const kind of ['job', 'task', 'execution'] as const) {
          texts.push(await collect(rig, (on, ctx) => on.adapter.list(kind, { after: null, limit: 50, filter: {}, order: { field: 'CREATED_AT', direction: 'DESC' } }, ctx))); // prettier-ignore
        }
        texts.push(await collect(rig, (on, ctx) => on.adapter.changes(null, ctx)));
        expect(texts.join('\n')).toContain('with-secrets');
        expect(texts.join('\n').includes(value)).toBe(false);
      },
    },
  ],
};
