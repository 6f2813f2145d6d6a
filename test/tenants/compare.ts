import type { Answer, TenantsGateway } from './rig.ts';
import type { Question } from './questions.ts';

/**
 * What two gateways that know the same may still say differently: when, how fast, how fresh; by what name they know a request; and how
 * much of a log that is still written came until they stopped waiting.
 */
const THEIR_OWN = new Set(['observedAt', 'ageMs', 'freshness', 'health', 'version', 'requestId', 'durationMs', 'revision', 'logs']); // prettier-ignore
const MAX_PAGES = 40;

/** Where two answers differ first; null when they are alike. */
export function difference(a: unknown, b: unknown, at = ''): string | null {
  if (Object.is(a, b)) return null;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return `${at}: ${JSON.stringify(a)} instead of ${JSON.stringify(b)}`;
  }
  const [one, other] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  for (const name of new Set([...one.keys(), ...other.keys()])) {
    const found = difference(one.get(name), other.get(name), `${at}.${name}`);
    if (found !== null) return found;
  }
  return null;
}

/** What was answered, whatever came first. */
export function essenceOf({ json: { data, errors = [] } }: Answer): object {
  return { data: essence(data), errors: errors.map((error) => JSON.stringify(essence(error))).toSorted() };
}

/** An answer without what is each gateway's own. */
function essence(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(essence);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !THEIR_OWN.has(name))
        .map(([name, member]) => [name, essence(member)]),
    );
  }
  return typeof value === 'string' ? withoutNumbers(value) : value;
}

/** Whoever is alone at Charity Engine is told how many jobs are known of; with others there, no such number may be told. */
function withoutNumbers(text: string): string {
  return text.replace(
    /: \d+ known jobs? \(submitted through this gateway or imported\) (is|are) shown/,
    ': jobs that were submitted through this gateway, or imported, are shown',
  );
}

interface Page {
  readonly pageInfo?: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** All answers to a question, page by page where it walks. */
export async function answersTo(
  gateway: TenantsGateway,
  headers: Readonly<Record<string, string>>,
  { query, variables, walks }: Question,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let after = variables['after'] ?? null;
  while (answers.length < MAX_PAGES) {
    const answer = await gateway.ask(headers, query, { ...variables, after });
    answers.push(answer);
    const pages = answer.json.data as Record<string, Page> | null;
    const pageInfo = walks === null ? undefined : pages?.[walks]?.pageInfo;
    if (pageInfo === undefined || !pageInfo.hasNextPage || pageInfo.endCursor === after) break;
    after = pageInfo.endCursor;
  }
  return answers;
}
