import { afterEach, describe, expect, it, vi } from 'vitest';
import { pino } from 'pino';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/model/time.ts';
import { PROVIDER_KINDS } from '../../src/providers/kinds.ts';
import { createManualClock } from '../../src/sandbox/clock.ts';
import {
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  startRunaiEmulator,
} from '../../src/sandbox/runai/emulator.ts';
import { createWorld } from '../../src/sandbox/world/world.ts';
import { connectProviders } from '../../src/server/connect.ts';
import { createGateway } from '../../src/server/gateway.ts';

const MINUTE = 60_000;

interface Page {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly sources: readonly { readonly outcome: string }[];
}

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A gateway over one Run:ai tenant whose clock is `skewMs` away from ours and moves only by hand. */
async function setUp(skewMs = 0) {
  const clock = createManualClock(Date.now() + skewMs);
  const world = createWorld({
    seed: 5,
    clock,
    sites: ['runai'],
    jobsPerSite: 120,
    arrivalMs: 0,
    nodeUpMs: 0,
  });
  const emulator = await startRunaiEmulator({ world, tokenLifetimeMs: 5 * MINUTE });
  const config = loadConfig({
    kinds: PROVIDER_KINDS,
    env: { ID: SANDBOX_CLIENT_ID, SECRET: SANDBOX_CLIENT_SECRET },
    text: `providers: [{ key: gpu, kind: runai, url: "${emulator.url}", freshnessMs: 0, rate: { perSecond: 10000, burst: 10000 }, credential: { clientId: { env: ID }, clientSecret: { env: SECRET } } }]`,
  });
  const log = pino({ level: 'silent' });
  const providers = connectProviders(config.providers, { clock: systemClock, log });
  const gateway = createGateway({
    providers,
    clock: systemClock,
    log,
    limits: config.limits,
    maxBodyBytes: 1e6,
  });
  cleanUps.push(
    () => emulator.close(),
    () => providers.close(),
    async () => gateway.dispose(),
  );
  const jobs = async (args: string): Promise<Page> => {
    const query = `{ jobs(${args}) { nodes { id } pageInfo { hasNextPage endCursor } sources { outcome } } }`;
    const response = await gateway.fetch('http://gateway/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as { data: { jobs: Page }; errors?: unknown };
    expect(errors).toBeUndefined();
    expect(data.jobs.sources.map(({ outcome }) => outcome)).toEqual(['OK']);
    return data.jobs;
  };
  const exchanges = () =>
    emulator.calls.filter(({ method, path }) => method === 'POST' && path.includes('token')).length;
  return { clock, emulator, jobs, exchanges };
}

describe('tokens that end', () => {
  it('in the middle of a page walk cost one renewal and no row', async () => {
    const { clock, emulator, jobs, exchanges } = await setUp();
    const all = (await jobs('first: 500')).nodes.map(({ id }) => id);
    expect(all.length).toBeGreaterThan(60);
    const seen: string[] = [];
    let after: string | null = null;
    for (let pageNumber = 0; ; pageNumber++) {
      if (pageNumber === 3) {
        emulator.resetCalls();
        clock.advance(6 * MINUTE);
      }
      const page: Page = await jobs(`first: 7${after === null ? '' : `, after: "${after}"`}`);
      seen.push(...page.nodes.map(({ id }) => id));
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(exchanges()).toBe(1);
    expect(new Set(seen).size).toBe(seen.length);
    const afterwards = (await jobs('first: 500')).nodes.map(({ id }) => id);
    expect(all.filter((id) => afterwards.includes(id) && !seen.includes(id))).toEqual([]);
  });

  it.each([-10, 10])('work with a provider whose clock is %i minutes off', async (minutes) => {
    const { clock, emulator, jobs, exchanges } = await setUp(minutes * MINUTE);
    expect((await jobs('first: 20')).nodes).toHaveLength(20);
    for (let i = 0; i < 5; i++) await jobs(`first: ${String(10 + i)}`);
    // A token that is good for five minutes is not exchanged for every call, whatever our clock says of it.
    expect(exchanges()).toBe(1);
    emulator.resetCalls();
    clock.advance(6 * MINUTE);
    expect((await jobs('first: 20')).nodes).toHaveLength(20);
    expect(exchanges()).toBe(1);
  });

  it('for 50 requests at once are renewed once', async () => {
    const { clock, emulator, jobs, exchanges } = await setUp();
    await jobs('first: 1');
    emulator.resetCalls();
    clock.advance(6 * MINUTE);
    const pages = await Promise.all(Array.from({ length: 50 }, (_, i) => jobs(`first: ${String(10 + i)}`)));
    pages.forEach((page, i) => expect(page.nodes).toHaveLength(10 + i));
    expect(exchanges()).toBe(1);
    await vi.waitFor(() => expect(emulator.errors).toEqual([]));
  });
});
