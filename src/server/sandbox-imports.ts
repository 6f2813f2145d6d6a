import { epochMs, systemClock } from '../model/time.ts';
import type { ProviderRegistry } from '../providers/registry.ts';
import { rememberedJobs } from '../sandbox/charity-engine/emulator.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { createCallBudget } from '../upstream/call-budget.ts';

const EVERY_MS = 5_000;
const LOOK_BACK = 5;

/**
 * Plays the person who submits jobs to Charity Engine by other means and tells the gateway of them: nothing else could
 * show it new jobs there. Ends with the returned function.
 */
export function importAsTheyCome(sandbox: Sandbox, providers: ProviderRegistry): () => void {
  const leaving = new AbortController();
  const told = new Set<string>();
  const timer = setInterval(() => {
    for (const { adapter } of providers.all.filter((provider) => provider.kind === 'charity-engine')) {
      const fresh = rememberedJobs(sandbox.world, LOOK_BACK).filter((job) => !told.has(job.id));
      if (fresh.length === 0) continue;
      for (const job of fresh) told.add(job.id);
      const ctx = {
        signal: leaving.signal,
        deadlineAt: epochMs(systemClock.now() + EVERY_MS),
        budget: createCallBudget(2),
        priority: 'background' as const,
      };
      const jobs = fresh.map((job) => ({ ...job, submittedAt: epochMs(job.submittedAt) }));
      // Told again next time when the emulator is being broken on purpose.
      adapter.importJobs?.(jobs, ctx).catch(() => fresh.forEach((job) => told.delete(job.id)));
    }
  }, EVERY_MS);
  timer.unref();
  return () => {
    leaving.abort();
    clearInterval(timer);
  };
}
