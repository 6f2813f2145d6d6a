import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { isInputType, Kind, parse, typeFromAST, type OperationDefinitionNode } from 'graphql';
import { schema } from '../../../src/graph/schema.ts';
import { Grammar } from '../grammar.ts';
import { jsonText, perturbed, withMembers } from '../json-noise.ts';
import type { Known } from '../known.ts';
import { choices, damaged, type Choices } from '../noise.ts';
import { surface } from '../surface.ts';

interface Input {
  readonly query: string;
  /** As it stands in the body: it may be wrong JSON, or say a name twice. */
  readonly variables: string;
  /** What stands beside it. */
  readonly more: string;
}

const FOLDER = new URL('../../../schema/operations/', import.meta.url);

const examples = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.graphql'))
  .map((name) => readFileSync(new URL(name, FOLDER), 'utf8'));

/** One for each input type that no example takes as a whole. */
const OPERATIONS = [
  'query ($f: JobFilter, $n: Int, $a: String, $o: ListOrder) { jobs(filter: $f, first: $n, after: $a, orderBy: $o) { nodes { id } } }',
  'query ($f: TaskFilter, $n: Int) { tasks(filter: $f, first: $n) { nodes { id } } }',
  'query ($f: ExecutionFilter, $n: Int) { executions(filter: $f, first: $n) { nodes { id } } }',
  'query ($f: ComputeNodeFilter, $n: Int) { computeNodes(filter: $f, first: $n) { nodes { id } } }',
  'query ($f: ProjectFilter, $n: Int) { projects(filter: $f, first: $n) { nodes { id } } }',
  'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
  'query ($s: TaskSpecInput!, $c: [ID!], $e: [ProviderExtensions!]) { plan(spec: $s, candidates: $c, extensions: $e) { options { accepted notes verdicts { path reason } errors { ... on UserError { message } } } } }',
  'mutation ($i: SubmitJobInput!) { submitJob(input: $i) { outcome notes errors { ... on UserError { code message path } } job { id name } } }',
  'mutation ($i: RerunJobInput!) { rerunJob(input: $i) { outcome errors { ... on UserError { code message } } } }',
  'mutation ($i: CancelJobsInput!) { cancelJobs(input: $i) { items { outcome error { ... on UserError { message } } } } }',
  'mutation ($i: ImportJobsInput!) { importJobs(input: $i) { __typename } }',
  'mutation ($i: ReconcileSubmissionInput!) { reconcileSubmission(input: $i) { __typename } }',
  'mutation ($i: SuspendJobInput!) { suspendJob(input: $i) { outcome } }',
  'mutation ($i: DeleteTaskInput!) { deleteTask(input: $i) { outcome } }',
  ...examples.filter((text) => text.includes('$')),
];

/** Documents that are named instead of sent, or beside. */
const NAMED = [
  '"extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}',
  '"extensions":{"persistedQuery":{"version":1,"sha256Hash":"ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"}}',
  '"extensions":{"persistedQuery":{"version":2,"sha256Hash":{}}}',
  '"extensions":{"persistedQuery":[]},"documentId":"x"',
  '"documentId":""',
  '"documentId":"sha256:__proto__"',
  `"documentId":"${'a'.repeat(3_000)}"`,
];

function variablesFor(query: string, known: Known, choices: Choices): string {
  const [operation] = parse(query).definitions.filter(
    (part): part is OperationDefinitionNode => part.kind === Kind.OPERATION_DEFINITION,
  );
  const values: Record<string, unknown> = {};
  for (const { variable, type: node } of operation?.variableDefinitions ?? []) {
    const type = typeFromAST(schema, node as never);
    if (type !== undefined && isInputType(type))
      values[variable.name.value] = new Grammar(schema, known, choices).json(type);
  }
  let wrong: unknown = values;
  while (choices.oneIn(2)) wrong = perturbed(wrong, choices);
  return JSON.stringify(wrong);
}

/** What stands in `variables`. */
export const variables = surface<Input>({
  name: 'variables',
  inputs: ({ known }) => {
    const typed = fc.tuple(fc.constantFrom(...OPERATIONS), choices(200)).map(([query, numbers]) => {
      const right = variablesFor(query, known, numbers);
      const extra = `"${numbers.pick(['n', 'f', 'i', 'id', '__proto__'])}": ${jsonText(numbers)}`;
      const twice = right.startsWith('{') && numbers.oneIn(6);
      return { query, variables: twice ? withMembers(right, extra, numbers.below(2) === 0) : right };
    });
    const noisy = fc.record({
      query: fc.constantFrom(...OPERATIONS),
      variables: fc.oneof(choices(60).map((numbers) => jsonText(numbers)), damaged(fc.constant('{"n": 3, "f": {"states": ["FAILED"]}}'))), // prettier-ignore
    });
    const more = choices(20).map((numbers) => {
      if (!numbers.oneIn(6)) return '';
      if (numbers.oneIn(3)) return `,${numbers.pick(NAMED)}`;
      const name = numbers.pick([
        'extensions',
        'operationName',
        'query',
        'variables',
        '__proto__',
        'id',
        'documentId',
      ]);
      return `,${JSON.stringify(name)}:${jsonText(numbers)}`;
    });
    return fc
      .tuple(fc.oneof({ weight: 3, arbitrary: typed }, { weight: 1, arbitrary: noisy }), more)
      .map(([input, rest]) => ({ ...input, more: rest }));
  },
  send: async (visit, { query, variables, more }) => {
    await visit.post(`{"query":${JSON.stringify(query)},"variables":${variables}${more}}`);
  },
});
