import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settled } from './after.ts';
import { runCampaign } from './campaign.ts';
import { Rig } from './rig.ts';
import { SURFACES } from './surfaces/index.ts';

/** `GRIDWEAVE_SEED=… npx vitest run test/fuzz` sends others. */
const SEED = Number(process.env['GRIDWEAVE_SEED'] ?? 20_260_301);
/** Those that take longest get fewer. */
const SLOW: ReadonlySet<string> = new Set(['documents', 'variables', 'ws-messages', 'sse', 'answers']);

describe(`hostile input, seed ${String(SEED)}`, { timeout: 60_000 }, () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start({ seed: 1, calls: { timeoutMs: 300, connectTimeoutMs: 300, freshnessMs: 200 } });
  });
  afterAll(() => rig.close());

  it.each(SURFACES.map((surface) => [surface.name, surface] as const))('%s', async (_, surface) => {
    const count = SLOW.has(surface.name) ? 300 : 600;
    const { requests, findings } = await runCampaign({ surface, rig, seed: SEED, count, settle: false });
    expect(findings).toEqual([]);
    expect(requests).toBe(count);
  });

  // Once for all: logs are followed for some seconds longer than somebody reads them.
  it('leaves nothing behind', async () => {
    expect(await settled(rig)).toEqual([]);
  });
});
