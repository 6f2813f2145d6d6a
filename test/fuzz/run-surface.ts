/** One surface in a process of its own: what `run.ts` starts. Arguments: surface, seed, count. */
import { runCampaign } from './campaign.ts';
import { Rig } from './rig.ts';
import { surfaceNamed } from './surfaces/index.ts';
import type { Told } from './told.ts';

async function main([name = '', seed = '1', count = '1000']: readonly string[]): Promise<void> {
  const surface = surfaceNamed(name);
  const rig = await Rig.start({ seed: Number(seed), calls: surface.calls, stallMs: 2_000 });
  const report = await runCampaign({
    surface,
    rig,
    seed: Number(seed),
    count: Number(count),
    onProgress: (done) => void process.send?.(done),
  });
  const told: Told = {
    ...report,
    name,
    outcomes: [...report.outcomes].sort((a, b) => b[1] - a[1]),
    residentBytes: process.memoryUsage().rss,
  };
  await rig.close();
  process.send?.(told, () => process.disconnect());
}

// Caught here: what nobody handles is what the rig looks for.
main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
