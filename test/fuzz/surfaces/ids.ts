import fc from 'fast-check';
import { LISTS, type Known } from '../known.ts';
import { choices, damaged, ODD_TEXTS, oddText, type Choices } from '../noise.ts';
import { jsonText } from '../json-noise.ts';
import { surface } from '../surface.ts';

interface Input {
  readonly query: string;
  readonly value: string;
}

const ONE = ['node', 'job', 'task', 'execution', 'computeNode', 'project'];

const QUERIES: readonly string[] = [
  ...ONE.map((field) => `query ($v: ID!) { ${field}(id: $v) { id __typename } }`),
  'query ($v: String!) { provider(key: $v) { key name } }',
  'query ($v: ID!) { job(id: $v) { id tasks { nodes { id } } executions { nodes { id logs(tail: 2) { text endCursor } } } project { id } } }',
  'query ($v: ID!) { nodes(ids: [$v, $v]) { id } }',
  'query ($v: String) { execution(id: "%EXECUTION%") { logs(after: $v, tail: 3) { text endCursor } } }',
  ...Object.keys(LISTS).map((list) => `query ($v: String) { ${list}(first: 3, after: $v) { nodes { id } pageInfo { endCursor } sources { outcome error { code message } } } }`),
  'query ($v: ID!) { jobs(first: 2, filter: { projects: [$v] }) { nodes { id } } }',
  'query ($v: String!) { tasks(first: 2, filter: { providers: [$v] }) { nodes { id } sources { outcome } } }',
  'mutation ($v: ID!) { cancelJob(input: { id: $v, expectedRevision: 0 }) { outcome errors { ... on UserError { code message } } } }',
  'mutation ($v: String!) { reconcileSubmission(input: { provider: "bacalhau", idempotencyKey: $v }) { __typename } }',
]; // prettier-ignore

/** What is inside an id or a cursor, changed, and wrapped again. */
function rewrapped(value: string, choices: Choices, known: Known): string {
  const inner = Buffer.from(value, 'base64url').toString('latin1');
  const at = choices.below(inner.length + 1);
  const head = inner.slice(0, at);
  const tail = inner.slice(at);
  const wrap = (text: string): string => Buffer.from(text, 'latin1').toString('base64url');
  switch (choices.below(9)) {
    case 0:
      return wrap(head + Buffer.from(choices.pick(ODD_TEXTS)).toString('latin1') + tail);
    case 1:
      return wrap(
        head + String.fromCharCode((tail.charCodeAt(0) || 0) ^ (1 << choices.below(8))) + tail.slice(1),
      );
    case 2:
      return wrap(head);
    case 3:
      return wrap(inner.replace(/bacalhau|qarnot|runai|charity-engine/, choices.pick(known.providers)));
    case 4:
      return wrap(inner[0] + choices.pick(['J', 'T', 'E', 'N', 'P', 'V', 'X', '\0']) + inner.slice(2));
    case 5:
      return wrap(inner.replace(/"([^"]*)"/g, (text, old: string) => (choices.oneIn(3) ? JSON.stringify(jsonText(choices)) : choices.oneIn(3) ? JSON.stringify(old + choices.pick(['\\', '[]', '0'])) : text))); // prettier-ignore
    case 6:
      return wrap(inner.replace(/\/.*$/, `/${choices.pick(ODD_TEXTS)}/${choices.pick(ODD_TEXTS)}`));
    case 7:
      return wrap(inner.repeat(1 + choices.below(40)));
    default:
      return Buffer.from(inner, 'latin1').toString(choices.pick(['base64', 'hex'] as const));
  }
}

/** Ids, cursors and keys: damaged ones, ones of something else, made-up ones. */
export const ids = surface<Input>({
  name: 'ids',
  inputs: ({ known }) => {
    const all = [
      ...Object.values(known.ids),
      ...Object.values(known.cursors),
      known.liveCursors,
      known.logCursors,
    ]
      .flat()
      .concat(known.providers);
    const real = fc.constantFrom(...all);
    const execution = known.ids['execution']?.[0] ?? '';
    const value = fc.oneof(
      { weight: 2, arbitrary: real },
      { weight: 4, arbitrary: damaged(real, fc.oneof(fc.constantFrom('A', '_', '-', '=', '+', '/', '.', ' '), oddText), 3) }, // prettier-ignore
      {
        weight: 6,
        arbitrary: fc.tuple(real, choices(30)).map(([id, numbers]) => rewrapped(id, numbers, known)),
      },
      {
        weight: 1,
        arbitrary: fc.string({ unit: fc.constantFrom(...Array.from('ABCabc019_-')), maxLength: 60 }),
      },
      { weight: 1, arbitrary: oddText },
    );
    const query = fc.constantFrom(...QUERIES).map((text) => text.replace('%EXECUTION%', execution));
    return fc.record({ query, value });
  },
  send: async (visit, { query, value }) => {
    await visit.post(JSON.stringify({ query, variables: { v: value } }));
  },
});
