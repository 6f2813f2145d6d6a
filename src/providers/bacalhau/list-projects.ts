import { textOf, wireOf } from '../reading.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { ListPage, ListQuery } from '../provider.ts';
import type { BacalhauApi } from './api.ts';
import { keysetPage } from './keyset.ts';
import { DEFAULT_NAMESPACE, mapNamespace } from './map-project.ts';
import type { BacalhauSettings } from './settings.ts';

/** Namespaces are looked for in this many of the newest jobs. */
const JOBS_SEARCHED = 500;
/** Namespaces come and go slowly, and the answer is large. */
const FRESHNESS_MS = 30_000;

/**
 * Namespaces by name. The API has no list of them: these are the default one, those the operator named, and those of
 * the newest jobs.
 */
export async function listProjects(
  api: BacalhauApi,
  settings: BacalhauSettings,
  query: ListQuery,
  ctx: CallContext,
): Promise<ListPage<'project'>> {
  const answer = await api.jobs(
    { orderBy: 'created_at', reverse: true, limit: JOBS_SEARCHED, freshnessMs: FRESHNESS_MS },
    ctx,
  );
  const seen = answer.value.rows.map((row) => textOf(wireOf(row)['Namespace']));
  const names = new Set([DEFAULT_NAMESPACE, ...settings.namespaces, ...seen.filter((name) => name !== null)]);
  const records = [...names].filter(isNamespace).map((name) => mapNamespace(name, answer));
  return {
    ...keysetPage(records, query),
    pushedDown: [],
    dropped: { count: 0, reasons: [] },
    observedAt: answer.observedAt,
    notes:
      answer.value.nextToken === null
        ? []
        : [`Bacalhau cannot list namespaces: those of the newest ${String(JOBS_SEARCHED)} jobs are shown.`],
  };
}

/** Whether a text can name one namespace; "*" is the API's word for all of them. */
export function isNamespace(text: string): boolean {
  return text !== '*' && text.length <= 255 && /^[^\p{Cc}\p{Cs}]+$/u.test(text);
}
