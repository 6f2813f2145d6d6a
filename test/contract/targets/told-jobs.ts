import type { ProviderKindDefinition } from '../../../src/providers/kind.ts';
import type { JobImport, ProviderAdapter } from '../../../src/providers/provider.ts';
import { createCallBudget } from '../../../src/upstream/call-budget.ts';
import type { CallContext } from '../../../src/upstream/types.ts';

/** A setting that names jobs: whoever writes it tells the gateway of these alone. */
interface NamedJobs {
  readonly jobIds: readonly string[];
  readonly jobs: readonly object[];
}

/**
 * A kind of provider that lists no jobs, used by people who tell the gateway of every job of theirs: of those there are
 * in its configuration, and of those they make later by importing them, before anybody looks.
 */
export function toldOfJobs<Settings extends NamedJobs>(
  kind: ProviderKindDefinition<Settings>,
  remembered: () => readonly JobImport[],
): ProviderKindDefinition<Settings> {
  return {
    ...kind,
    create: (deps) => {
      if (deps.settings.jobs.length + deps.settings.jobIds.length > 0) return kind.create(deps);
      const jobs = remembered();
      const named = jobs.map(({ id, name, submittedAt }) => ({
        id,
        name: name ?? id,
        submittedAt: new Date(submittedAt ?? 0).toISOString(),
      }));
      const settings = kind.settingsSchema.parse({ ...deps.settings, jobs: named });
      return keptTold(kind.create({ ...deps, settings }), new Set(jobs.map(({ id }) => id)), remembered);
    },
  };
}

function keptTold(
  adapter: ProviderAdapter,
  told: Set<string>,
  remembered: () => readonly JobImport[],
): ProviderAdapter {
  /** Nobody who reads pays for the import, or hears of its failure. */
  async function tell(ctx: CallContext): Promise<void> {
    const fresh = remembered().filter(({ id }) => !told.has(id));
    if (fresh.length === 0) return;
    const own = { ...ctx, budget: createCallBudget(1_000), onCall: () => {} };
    const found = await adapter.importJobs?.(fresh, own).then(
      (answer) => answer.found,
      () => new Map<string, unknown>(),
    );
    for (const id of found?.keys() ?? []) told.add(id);
  }
  return {
    ...adapter,
    list: async (kind, query, ctx) => {
      await tell(ctx);
      return adapter.list(kind, query, ctx);
    },
    changes: async (since, ctx) => {
      await tell(ctx);
      return adapter.changes(since, ctx);
    },
  };
}
