import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxKind } from '../../src/sandbox/sandbox.ts';
import { SANDBOX_KINDS } from '../../src/sandbox/sandbox.ts';
import { loopback, type Loopback } from '../support/loopback.ts';
import { ACT, CANCEL_MANY, LISTS, NODES, SUBMIT, WORK } from './documents.ts';
import { forgedSpecs } from './forged.ts';
import { startTappedGateway, type TappedGateway } from './tapped-gateway.ts';
import { startTwistedProvider, type Mischief, type TwistedProvider } from './twisted-provider.ts';

/** Members by which the providers call things. */
const CALLED = /^(?:.*(?:id|uuid|name|ids)|namespace|next_?token|token|type|phase|profile|key)$/i;
/** What would lead a later call elsewhere if it stood in it as it is. */
const ELSEWHERE = [
  '../admin', '%252e%252e', 'x?y=', 'a/b', 'x\r\nX-Evil: 1', '\u2024\u2024\uff0f', '..;/x', '\ud800',
] as const; // prettier-ignore

let rig: TappedGateway;
let trap: Loopback;
let caught = 0;
const twists = new Map<SandboxKind, TwistedProvider>();
let keys = 0;

beforeAll(async () => {
  trap = await loopback((_, response) => response.end('{}'));
  trap.server.on('connection', () => (caught += 1));
  // A node that has no log of an execution says nothing for a minute.
  const limits = { requestTimeoutMs: 1_500 };
  rig = await startTappedGateway({ limits }, async (kind, server) => {
    const twist = await startTwistedProvider(server);
    twists.set(kind, twist);
    return twist;
  });
});
afterAll(async () => {
  await rig.close();
  await trap.close();
});

function turn(mischief: Mischief): void {
  for (const twist of twists.values()) twist.turn(mischief);
}

function idsIn(value: unknown, member = 'id'): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) =>
    name === member && typeof item === 'string' ? [item] : idsIn(item, member),
  );
}

/** The id of the job that was made, if one was. */
async function submitTo(provider: SandboxKind): Promise<string | undefined> {
  const idempotencyKey = `${String(process.pid)}-${String(++keys)}`;
  const input = { provider, idempotencyKey, spec: forgedSpecs('embed')[0] };
  return idsIn(await rig.ask(SUBMIT, { input }))[0];
}

/** Reads what there is, by lists and by the ids that they gave, and acts on it. */
async function useEverything(): Promise<void> {
  const lists = await rig.ask(LISTS);
  const work = await rig.ask(WORK);
  const ids = [...new Set([...idsIn(lists), ...idsIn(work)])].slice(0, 40);
  for (let i = 0; i < ids.length; i += 20) await rig.ask(NODES, { ids: ids.slice(i, i + 20) });
  const jobs = idsIn(lists?.['jobs']);
  for (const job of jobs.slice(0, 3))
    await rig.ask(ACT, { job, task: idsIn(lists?.['tasks'])[0] ?? job, text: 'x' });
  for (const provider of SANDBOX_KINDS) {
    const id = await submitTo(provider);
    if (id !== undefined) await rig.ask(ACT, { job: id, task: id, text: 'x' });
  }
  await rig.ask(CANCEL_MANY, { filter: { states: ['RUNNING', 'QUEUED'] } });
}

describe('a redirect', () => {
  // First: it wants executions with logs, and later nothing of the kind may be left.
  it('of a handshake is not followed', async () => {
    const headers = { location: `${trap.url.href.replace('http:', 'ws:')}stolen` };
    let asked = 0;
    turn({
      instead: (_, target) => {
        if (!target.includes('/logs')) return null;
        asked += 1;
        return { status: 307, headers };
      },
    });
    await rig.ask(WORK, { providers: ['bacalhau'] });
    expect(asked).toBeGreaterThan(0);
    rig.expectStraight();
    expect([trap.requests.length, caught]).toEqual([0, 0]);
  });

  it.each([301, 302, 303, 307, 308])('is not followed, to wherever it leads: %i', async (status) => {
    for (const location of [`${trap.url.href}stolen`, '/stolen']) {
      turn({ instead: () => ({ status, headers: { location } }) });
      const { jobs } = await rig.data<{ jobs: { sources: { outcome: string }[] } }>(LISTS);
      expect(jobs.sources.map(({ outcome }) => outcome)).not.toContain('OK');
      for (const provider of SANDBOX_KINDS) await submitTo(provider);
      for (const kind of SANDBOX_KINDS) {
        expect(rig.tap(kind).requests.filter(({ target }) => target.includes('stolen'))).toEqual([]);
      }
      rig.expectStraight();
    }
    expect([trap.requests.length, caught]).toEqual([0, 0]);
  });
});

describe('a provider that means harm', () => {
  it.each(ELSEWHERE)('leads no later call elsewhere by what it calls things: %j', async (text) => {
    let nth = 0;
    turn({
      text: (member, own) => {
        // Names of members are ids in one place alone: where states are told of many jobs.
        const isCalled = member === null ? /^[0-9a-f]{32}$/.test(own) : CALLED.test(member);
        return isCalled && (nth += 1) % 2 === 0 ? text : own;
      },
    });
    await useEverything();
    // It did not scare the gateway off: each was asked for more than what it has.
    for (const [kind, count] of rig.expectStraight()) expect(count, kind).toBeGreaterThan(5);
  });

  it('is not followed to the places that it names', async () => {
    const url = `${trap.url.href}stolen`;
    turn({
      text: (member, own) => (member !== null && /^https?:|^\//.test(own) ? url : own),
      members: {
        nextPage: url,
        next_page: url,
        url,
        href: url,
        link: url,
        logUrl: url,
        location: url,
        outputs: url,
      },
      headers: {
        link: `<${url}>; rel="next"`,
        location: url,
        'content-location': url,
        refresh: `0; url=${url}`,
      },
    });
    await useEverything();
    rig.expectStraight();
    expect([trap.requests.length, caught]).toEqual([0, 0]);
  });
});
