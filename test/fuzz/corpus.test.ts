import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settled, stillAnswers } from './after.ts';
import { problemsOf } from './campaign.ts';
import { corpus } from './corpus.ts';
import { Rig } from './rig.ts';
import { surfaceNamed } from './surfaces/index.ts';

describe('what was found once is not found again', { timeout: 30_000 }, () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start({ seed: 1, calls: { freshnessMs: 0 } });
  });
  afterAll(() => rig.close());

  it.each(corpus().map((kept) => [kept.surface, kept.found, kept.input] as const))(
    '%s: %s',
    async (name, _, input) => {
      const surface = surfaceNamed(name);
      for (const door of rig.doors) expect([door.name, await problemsOf(surface, rig, { door, input })]).toEqual([door.name, []]); // prettier-ignore
    },
  );

  it('and leaves nothing behind', async () => {
    expect([...(await settled(rig)), ...(await stillAnswers(rig))]).toEqual([]);
  });
});
