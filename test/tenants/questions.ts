import fc from 'fast-check';
import { SANDBOX_KINDS } from '../../src/sandbox/sandbox.ts';
import { neutralSpec } from '../acting/specs.ts';

/** One question to a gateway, or the same question page by page. */
export interface Question {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The root field whose pages are walked to their end; null for one answer. */
  readonly walks: string | null;
}

/** What tenants know to ask for: names and ids of their own, and of others. */
export interface Known {
  readonly ids: Readonly<Record<Kind, readonly string[]>>;
  readonly names: readonly string[];
  readonly labels: readonly string[];
  readonly times: readonly string[];
  /** Cursors by root field, for lists without a filter. */
  readonly cursors: Readonly<Record<string, readonly string[]>>;
}

export type Kind = 'job' | 'task' | 'execution' | 'computeNode' | 'project';

const STATUS =
  'status { state reason message raw { value detail } desired degraded confidence since counts { state count } }';
const SHARED = 'id name nativeRef { type nativeId providerKey } provider { key name }';
const WORK = `${SHARED} ${STATUS} createdAt startedAt endedAt generation revision allowedActions`;
const LABELS = 'labels { key value }';
const PAGE = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount sources { provider { key } outcome rows pushedDown filteredHere notes dropped { count reasons } error { code message } }'; // prettier-ignore
const EXECUTION = `${WORK} index attempt exitCode signal output { stdout stderr }`;
const TASK = `${WORK} ${LABELS} count engine image command environmentNames resources { cpuMillis memoryBytes }`;
const NODE = `${SHARED} kind cpuModel ${LABELS} runningExecutions status { state message }`;
const PROJECT = `${SHARED} origin description quota { name limit used } parent { id }`;
const JOB = `${WORK} ${LABELS} kind origin priority`;

/** What is asked of each object, children both ways. */
const SHOWN: Readonly<Record<Kind, readonly string[]>> = {
  job: [
    JOB,
    `${JOB} project { ${PROJECT} } tasks(first: 5) { nodes { ${TASK} } ${PAGE} }`,
    `id name executions(first: 4) { nodes { ${EXECUTION} node { ${NODE} } } ${PAGE} }`,
    `id tasks(first: 2) { nodes { id job { id name } executions(first: 2, latestOnly: true) { nodes { id index job { id } } ${PAGE} } } }`,
  ],
  task: [
    TASK,
    `id name job { ${JOB} } project { id name } executions(first: 3) { nodes { id index node { id name } } ${PAGE} }`,
  ],
  execution: [
    EXECUTION,
    'id job { id name project { id } } task { id name } node { id name }',
    'id logs(tail: 4) { text end message lines { stream text } }',
  ],
  computeNode: [NODE, `${NODE} project { id } parent { id } resources { capacity { cpuMillis } allocated { cpuMillis } }`],
  project: [PROJECT, `id name jobs(first: 3) { nodes { id name } ${PAGE} }`],
}; // prettier-ignore

const LISTS: Readonly<Record<Kind, string>> = {
  job: 'jobs',
  task: 'tasks',
  execution: 'executions',
  computeNode: 'computeNodes',
  project: 'projects',
};
const FILTER: Readonly<Record<Kind, string>> = {
  job: 'JobFilter',
  task: 'TaskFilter',
  execution: 'ExecutionFilter',
  computeNode: 'ComputeNodeFilter',
  project: 'ProjectFilter',
};
const KINDS = Object.keys(LISTS) as Kind[];
const STATES = ['RUNNING', 'QUEUED', 'SUCCEEDED', 'FAILED', 'CANCELLED'];

function some<T>(from: readonly T[], max = 3): fc.Arbitrary<T[]> {
  return fc.uniqueArray(fc.constantFrom(...from), { minLength: 1, maxLength: max });
}

function filterOf(kind: Kind, { names, ids, labels, times }: Known): fc.Arbitrary<object> {
  const providers = some(SANDBOX_KINDS);
  const namePrefix = fc.tuple(fc.constantFrom(...names), fc.integer({ min: 3, max: 20 })).map(([name, length]) => name.slice(0, length)); // prettier-ignore
  const states = kind === 'computeNode' ? fc.constant(['READY']) : some(STATES);
  const time = fc.constantFrom(...times);
  const label = fc.constantFrom(...labels).map((key) => [{ key }]);
  const members: Record<Kind, Record<string, fc.Arbitrary<unknown>>> = {
    job: { providers, namePrefix, states, createdFrom: time, createdBefore: time, projects: some(ids.project), labels: label, kinds: fc.constant(['BATCH']) }, // prettier-ignore
    task: { providers, namePrefix, states, createdFrom: time, projects: some(ids.project), labels: label },
    execution: { providers, states, createdFrom: time, createdBefore: time },
    computeNode: { providers, namePrefix, states, projects: some(ids.project) },
    project: { providers, namePrefix, origins: fc.constant(['NATIVE']) },
  };
  const given = members[kind];
  return fc
    .subarray(Object.keys(given), { maxLength: 2 })
    .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, given[name]!]))));
}

function listQuestion(known: Known): fc.Arbitrary<Question> {
  return fc.constantFrom(...KINDS).chain((kind) => {
    const field = LISTS[kind];
    return fc
      .record({
        shown: fc.constantFrom(...SHOWN[kind]),
        first: fc.constantFrom(1, 3, 7, 20, 60),
        filter: fc.option(filterOf(kind, known)),
        direction: fc.option(fc.constantFrom('ASC', 'DESC')),
        after: fc.option(fc.constantFrom(...(known.cursors[field] ?? [''])), { freq: 6 }),
      })
      .map(({ shown, first, filter, direction, after }): Question => ({
        query: `query ($first: Int, $after: String, $filter: ${FILTER[kind]}, $order: ListOrder) {
          ${field}(first: $first, after: $after, filter: $filter, orderBy: $order) { edges { cursor node { ${shown} } } ${PAGE} }
        }`,
        variables: { first, filter, after, ...(direction === null ? {} : { order: { direction } }) },
        // One row at a time through everything proves nothing more.
        walks: first > 2 ? field : null,
      }));
  });
}

function lookupQuestion({ ids }: Known): fc.Arbitrary<Question> {
  return fc.constantFrom(...KINDS).chain((kind) =>
    fc
      .record({ id: fc.constantFrom(...ids[kind]), shown: fc.constantFrom(...SHOWN[kind]) })
      .map(({ id, shown }): Question => ({
        query: `query ($id: ID!) { ${kind}(id: $id) { ${shown} } }`,
        variables: { id },
        walks: null,
      })),
  );
}

const TYPE_OF: Readonly<Record<Kind, string>> = {
  job: 'Job',
  task: 'Task',
  execution: 'Execution',
  computeNode: 'ComputeNode',
  project: 'Project',
};

function nodesQuestion({ ids }: Known): fc.Arbitrary<Question> {
  const id = fc.constantFrom(...KINDS).chain((kind) => fc.constantFrom(...ids[kind]));
  const parts = KINDS.map((kind) => `... on ${TYPE_OF[kind]} { ${SHOWN[kind][0] ?? ''} }`).join(' ');
  // The same member of different types comes in different shapes.
  const alike = parts.replaceAll('status {', 'x: status {');
  return fc.array(id, { minLength: 1, maxLength: 8 }).map((list): Question => ({
    query: `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ${alike.replace(/\.\.\. on ComputeNode.*?(?=\.\.\.)/, '... on ComputeNode { name cpuModel } ')} } node(id: "${list[0] ?? ''}") { id } }`,
    variables: { ids: list },
    walks: null,
  }));
}

function providerQuestion(known: Known): fc.Arbitrary<Question> {
  const shown = `key name kind capabilities { types logs changes submitOnce actions { type actions } filters { type filters } }
    jobs(first: 3) { nodes { id name } ${PAGE} } computeNodes(first: 3) { nodes { id name } ${PAGE} }
    projects(first: 3) { nodes { id name } ${PAGE} } capacityRequests { id }`;
  return fc
    .record({
      key: fc.constantFrom(...SANDBOX_KINDS, 'nobody'),
      filter: filterOf('job', known),
      all: fc.boolean(),
    })
    .map(({ key, filter, all }): Question => {
      if (all) return { query: `{ providers { ${shown} } }`, variables: {}, walks: null };
      return {
        query: `query ($key: String!, $filter: JobFilter) { provider(key: $key) { ${shown} found: jobs(first: 5, filter: $filter) { nodes { id } ${PAGE} } } }`,
        variables: { key, filter },
        walks: null,
      };
    });
}

function planQuestion({ ids }: Known): fc.Arbitrary<Question> {
  return fc
    .record({ projects: some(ids.project, 2), name: fc.constantFrom('embed', 'x') })
    .map(({ projects, name }): Question => ({
      query: 'query ($spec: TaskSpecInput!, $projects: [ID!]) { plan(spec: $spec, projects: $projects) { options { provider { key } accepted notes verdicts { path verdict reason } errors { __typename ... on UserError { code message path } } } } }', // prettier-ignore
      variables: { spec: neutralSpec({ name }), projects },
      walks: null,
    }));
}

const WINDOW: Question = {
  query: '{ eventWindow { maxEvents maxBytes providers { provider { key } events oldestAt } } }',
  variables: {},
  walks: null,
};

/** Anything that a caller could want to know. */
export function questions(known: Known): fc.Arbitrary<Question> {
  return fc.oneof(
    { weight: 8, arbitrary: listQuestion(known) },
    { weight: 4, arbitrary: lookupQuestion(known) },
    { weight: 3, arbitrary: nodesQuestion(known) },
    { weight: 2, arbitrary: providerQuestion(known) },
    { weight: 1, arbitrary: planQuestion(known) },
    { weight: 1, arbitrary: fc.constant(WINDOW) },
  );
}

/** Asks for everything there is, for those who want to know what to ask for. */
export const SURVEY = `{
  jobs(first: 200) { edges { cursor } nodes { id name createdAt labels { key } } }
  tasks(first: 200) { edges { cursor } nodes { id } }
  executions(first: 200) { edges { cursor } nodes { id } }
  computeNodes(first: 200) { edges { cursor } nodes { id } }
  projects(first: 200) { edges { cursor } nodes { id } }
}`;

interface Surveyed {
  readonly edges: readonly { readonly cursor: string }[];
  readonly nodes: readonly { readonly id: string; readonly name?: string; readonly createdAt?: string; readonly labels?: readonly { readonly key: string }[] }[]; // prettier-ignore
}

/** What is known of everything that was surveyed, whoever it belongs to. */
export function knownFrom(surveys: readonly unknown[]): Known {
  const all = surveys as readonly Readonly<Record<string, Surveyed>>[];
  const nodesOf = (field: string) => all.flatMap((survey) => survey[field]?.nodes ?? []);
  const jobs = nodesOf('jobs');
  return {
    ids: Object.fromEntries(KINDS.map((kind) => [kind, nodesOf(LISTS[kind]).map(({ id }) => id)])) as Record<Kind, string[]>, // prettier-ignore
    names: [...new Set(jobs.map(({ name = '' }) => name))],
    labels: [...new Set(jobs.flatMap(({ labels = [] }) => labels.map(({ key }) => key)))],
    times: jobs.map(({ createdAt = '' }) => createdAt),
    cursors: Object.fromEntries(
      Object.values(LISTS).map((field) => [
        field,
        all.flatMap((survey) => (survey[field]?.edges ?? []).map(({ cursor }) => cursor)),
      ]),
    ),
  };
}
