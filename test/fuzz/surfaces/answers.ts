import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { schema } from '../../../src/graph/schema.ts';
import { Grammar } from '../grammar.ts';
import { choices } from '../noise.ts';
import { surface } from '../surface.ts';
import { tampering, type Tampering } from '../tampering.ts';
import { watch } from '../watch.ts';
import type { Known } from '../known.ts';

interface Input {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Brings a credential of its own for one of the providers. */
  readonly brings: boolean;
  /** What becomes of the answers to the calls that it takes, in turn. */
  readonly plan: readonly Tampering[];
}

const FOLDER = new URL('../../../schema/operations/', import.meta.url);

const examples = readdirSync(FOLDER)
  .map((name) => readFileSync(new URL(name, FOLDER), 'utf8'))
  .filter((text) => !text.includes('subscription '));

const LIST = (name: string, fields: string): string =>
  `{ ${name}(first: 5) { nodes { id name ${fields} } sources { provider { key } outcome error { code message } } } }`;

const QUERIES = [
  ...examples,
  LIST('jobs', 'status { state reason message raw { value detail } } labels { key value } tasks(first: 2) { nodes { id } } executions(first: 2) { nodes { id exitCode } }'),
  LIST('tasks', 'count status { state message }'),
  LIST('executions', 'status { state message } exitCode startedAt'),
  LIST('computeNodes', 'gpus { model } resources { capacity { cpuMillis } }'),
  LIST('projects', 'provider { key }'),
  'query ($id: ID!) { node(id: $id) { id __typename ... on Job { name status { state } tasks { nodes { id executions { nodes { id } } } } } } }',
  'query ($job: ID!) { job(id: $job) { id name executions { nodes { id node { id } logs(tail: 3) { text end endCursor } } } } }',
  'query ($execution: ID!) { execution(id: $execution) { id logs(tail: 5) { text end endCursor } } }',
  '{ providers { key health { state } version jobs(first: 2) { nodes { id } } projects(first: 2) { nodes { id } } } }',
  'mutation ($job: ID!) { suspendJob(input: { id: $job }) { outcome errors { ... on UserError { code message } } } }',
  'mutation ($job: ID!) { cancelJob(input: { id: $job }) { outcome errors { ... on UserError { code message } } } }',
  'mutation ($job: ID!, $key: String!) { rerunJob(input: { id: $job, idempotencyKey: $key }) { outcome errors { ... on UserError { code message } } } }',
  'mutation ($provider: String!, $key: String!) { submitJob(input: { provider: $provider, idempotencyKey: $key, spec: { name: "fuzz", image: "busybox:1.37", command: ["true"] } }) { outcome job { id name } notes errors { ... on UserError { code message } } } }',
  'mutation ($provider: String!, $key: String!) { reconcileSubmission(input: { provider: $provider, idempotencyKey: $key }) { __typename } }',
]; // prettier-ignore

function variables({ ids, providers }: Known): fc.Arbitrary<Record<string, unknown>> {
  const of = (kind: string): fc.Arbitrary<string> => fc.constantFrom(...(ids[kind] ?? ['']));
  return fc.record({
    id: fc.constantFrom(...Object.values(ids).flat()),
    job: of('job'),
    execution: of('execution'),
    provider: fc.constantFrom(...providers),
    key: fc.stringMatching(/^[a-z0-9]{6}$/),
  });
}

/** What providers answer. */
export const answers = surface<Input>({
  name: 'answers',
  share: 0.5,
  atOnce: 1,
  // Nothing is shared between calls, and what hangs is waited for only a moment.
  calls: { freshnessMs: 0, timeoutMs: 300, connectTimeoutMs: 300 },
  inputs: ({ known }) =>
    fc.record({
      query: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...QUERIES) },
        {
          weight: 1,
          arbitrary: choices(200).map((numbers) => new Grammar(schema, known, numbers).document('query')),
        },
      ),
      variables: variables(known),
      brings: fc.boolean(),
      plan: fc.array(
        fc.oneof({ weight: 300, arbitrary: tampering }, { weight: 1, arbitrary: fc.constant({ kind: 'HANG' as const }) }), // prettier-ignore
        { minLength: 1, maxLength: 5 },
      ),
    }),
  send: async (visit, { query, variables, plan, brings }) => {
    visit.door.follow(plan);
    try {
      await visit.post(
        JSON.stringify({ query, variables }),
        brings ? { 'x-qarnot-token': visit.door.fill('%BROUGHT%') } : {},
      );
    } finally {
      visit.door.follow([]);
    }
  },
  around: (rig) => watch(rig),
});
