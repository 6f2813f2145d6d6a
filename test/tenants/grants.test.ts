/** One account, and callers who may see some of its projects: of the others nothing is said, not in ids, cursors or counts. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spellKeyHash } from '../../src/config/key-hash.ts';
import { createKey, hashKey } from '../../src/server/auth/key-secret.ts';
import { foreignIn, idsIn, wordsOf } from './alphabet.ts';
import { answersTo } from './compare.ts';
import { knownFrom, questions, type Known } from './questions.ts';
import { closeGateways, configText, loaded, startGateway, type TenantsGateway } from './rig.ts';
import { startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

const QUESTIONS = Number(process.env['GRIDWEAVE_TENANT_QUESTIONS'] ?? 15);
const KINDS = ['bacalhau', 'qarnot', 'runai'] as const;

interface Shown {
  readonly id: string;
  readonly project?: { readonly id: string } | null;
  readonly job?: { readonly project: { readonly id: string } | null } | null;
}
interface Project {
  readonly id: string;
  readonly name: string;
  readonly provider: { readonly key: string };
  readonly nativeRef: { readonly nativeId: string };
}

const WORK = 'id name nativeRef { nativeId } status { message }';
const EVERYTHING = `{
  jobs(first: 200) { edges { cursor } nodes { ${WORK} createdAt labels { key value } project { id } } }
  tasks(first: 200) { edges { cursor } nodes { ${WORK} command project { id } } }
  executions(first: 300) { edges { cursor } nodes { ${WORK} output { stdout stderr } job { project { id } } } }
  computeNodes(first: 200) { edges { cursor } nodes { id name project { id } } }
  projects(first: 200) { edges { cursor } nodes { id name provider { key } nativeRef { nativeId } } }
}`;
type Everything = Readonly<Record<'jobs' | 'tasks' | 'executions' | 'computeNodes', { readonly nodes: readonly Shown[] }>> & { readonly projects: { readonly nodes: readonly Project[] } }; // prettier-ignore

let accounts: TwoAccounts;
let gateway: TenantsGateway;
let admin: Record<string, string>;
let sides: readonly { readonly key: Record<string, string>; readonly projects: readonly string[]; readonly own: ReadonlySet<string>; readonly foreign: ReadonlySet<string> }[]; // prettier-ignore
let known: Known;

const projectOf = ({ project, job }: Shown): string | null => (job === undefined ? project?.id : job?.project?.id) ?? null; // prettier-ignore

beforeAll(async () => {
  accounts = await startTwoAccounts({ still: true, jobsPerSite: 24 });
  const first = await startGateway(loaded(configText(accounts, 'ada', { kinds: KINDS })));
  const { data, errors } = (await first.ask({}, EVERYTHING)).json;
  expect(errors).toBeUndefined();
  const all = data as Everything;
  known = knownFrom([data]);
  const projects = all.projects.nodes;
  // Two callers, and every project is of one of them.
  const halves = [projects.filter((_, i) => i % 2 === 0), projects.filter((_, i) => i % 2 === 1)];
  const grantsOf = (half: readonly Project[]): object[] => [
    { scopes: ['read', 'submit', 'operate'], projects: half.map(({ provider, nativeRef }) => ({ provider: provider.key, project: nativeRef.nativeId })) }, // prettier-ignore
  ];
  const keys = [...halves.map((_, i) => createKey(`half-${String(i)}`)), createKey('all')];
  const apiKeys = await Promise.all(
    keys.map(async (key, i) => ({
      id: key.split('_')[1],
      hash: spellKeyHash(await hashKey(key)),
      grants: i < 2 ? grantsOf(halves[i] ?? []) : [{ scopes: ['admin'] }],
    })),
  );
  gateway = await startGateway(loaded(configText(accounts, 'ada', { kinds: KINDS, sections: { auth: { apiKeys } } }))); // prettier-ignore
  const headers = keys.map((key) => ({ authorization: `Bearer ${key}` }));
  admin = headers[2]!;
  const shown = [...all.jobs.nodes, ...all.tasks.nodes, ...all.executions.nodes, ...all.computeNodes.nodes];
  sides = halves.map((half, i) => {
    const ids = new Set(half.map(({ id }) => id));
    const isOwn = (one: Shown): boolean => ids.has(projectOf(one) ?? '');
    return {
      key: headers[i]!,
      projects: [...ids],
      own: idsIn(JSON.stringify([half, shown.filter(isOwn)])),
      foreign: idsIn(JSON.stringify([halves[1 - i], shown.filter((one) => !isOwn(one))])),
    };
  });
}, 60_000);

afterAll(async () => {
  await closeGateways();
  await accounts.close();
});

describe('projects that were not granted', { timeout: 60_000 + QUESTIONS * 3_000 }, () => {
  it('are in no answer, whatever is asked', async () => {
    await fc.assert(
      fc.asyncProperty(questions(known), async (question) => {
        const [, ...told] = await Promise.all([
          answersTo(gateway, admin, question),
          ...sides.map(({ key }) => answersTo(gateway, key, question)),
        ]);
        for (const [i, { own, foreign }] of sides.entries()) {
          const text = (told[i] ?? []).map((answer) => answer.text).join('\n');
          expect(foreignIn(text, [own, wordsOf(JSON.stringify(question))], [foreign])).toEqual([]);
        }
      }),
      { numRuns: QUESTIONS, endOnFailure: true },
    );
  });

  it('leave exactly what is in those that were', async () => {
    for (const { key, projects } of sides) {
      const list = (headers: Record<string, string>, filter: object) =>
        gateway.ask(headers, 'query ($filter: JobFilter) { jobs(first: 200, filter: $filter) { nodes { id name status { state } } } }', { filter }); // prettier-ignore
      const [told, filtered] = await Promise.all([list(key, {}), list(admin, { projects })]);
      expect(told.json.errors).toBeUndefined();
      expect(told.json.data).toEqual(filtered.json.data);
      expect(told.text.length).toBeGreaterThan(500);
    }
  });
});
