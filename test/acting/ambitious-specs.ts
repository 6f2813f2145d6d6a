import { neutralSpec, type TaskSpecInput } from './specs.ts';

/** Specifications that ask for more than the least, each of which some provider takes. */
export const AMBITIOUS_SPECS: Readonly<Record<string, TaskSpecInput>> = {
  'what all take': neutralSpec({ name: 'plain' }),
  'variables, labels and a priority': neutralSpec({
    name: 'labelled',
    env: [{ name: 'LANGUAGE', value: 'en' }],
    labels: [{ key: 'team', value: 'nlp' }],
    priority: 50,
  }),
  'a long run with retries': neutralSpec({ name: 'long', executionTimeoutMs: 3_600_000, maxRetries: 2 }),
  'many at once': neutralSpec({ name: 'many', count: 3 }),
  'a whole GPU': neutralSpec({ name: 'gpu', resources: { gpuMillis: 1_000 } }),
  'files in and out': neutralSpec({
    name: 'files',
    inputs: [{ path: '/in/data.csv', source: { url: 'https://example.com/data.csv' } }],
    outputs: [{ name: 'model', path: '/out' }],
  }),
  'a service': neutralSpec({ name: 'service', jobKind: 'SERVICE' }),
  'a secret of the provider': neutralSpec({
    name: 'secret',
    secretEnv: [{ name: 'PASSWORD', secret: 'db', key: 'password' }],
  }),
  'another registry': neutralSpec({ name: 'registry', image: 'ghcr.io/acme/embed:3' }),
};

/** Given fields of which no verdict says anything: the field itself, a part of it, or what it is a part of. */
export function unsaidFields(spec: TaskSpecInput, said: ReadonlySet<string>): string[] {
  return fieldsOf(spec, 'spec').filter(
    (path) =>
      ![...said].some((verdict) => `${path}.`.startsWith(`${verdict}.`) || verdict.startsWith(`${path}.`)),
  );
}

/** Items of lists count as a whole. */
function fieldsOf(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.map((_item, i) => `${path}.${String(i)}`);
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, inner]) => fieldsOf(inner, `${path}.${name}`));
}
