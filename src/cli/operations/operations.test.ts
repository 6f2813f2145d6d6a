import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { documentHash } from '../../config/manifest.ts';
import { operations } from '../operations.ts';
import { checkOperations, type OperationsOptions } from './check-operations.ts';

const LIST =
  'query List($first: Int = 20) { jobs(first: $first) { nodes { tasks(first: 2) { nodes { id } } } } }';

/** A folder with files, which is removed with the test. */
async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gridweave-operations-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

async function check(files: readonly string[], options: OperationsOptions = {}) {
  let out = '';
  const code = await checkOperations(files, options, (text) => void (out += text));
  return { code, out };
}

describe('operations check', () => {
  it('finds the example operations as they were committed', async () => {
    const { code, out } = await check(['schema/operations'], { costs: 'schema/operation-costs.json' });
    expect(out).not.toMatch(/new|dearer|cheaper|gone/);
    expect(code).toBe(0);
    const manifest = await check(['schema/persisted-documents.json'], {
      costs: 'schema/operation-costs.json',
    });
    expect(manifest.code).toBe(0);
  });

  it('counts with the defaults of variables, and with the most that they may ask for', async () => {
    const folder = await folderWith({ 'list.graphql': LIST });
    const { out } = await check([folder]);
    // Four providers list; tasks come by the page: each job of the provider that gives one at a time is a call.
    expect(out).toMatch(/^List +query +246 +24 +5190 +504 +5 +may run out of calls with the largest pages$/m);
    expect(out).toContain('for 4 providers (bacalhau, qarnot, runai, charity-engine)');
  });

  it('compares with committed costs, by name', async () => {
    const folder = await folderWith({ 'list.graphql': LIST });
    const costs = join(folder, 'costs.json');
    expect(await check([folder], { costs })).toMatchObject({ code: 1, out: expect.stringContaining('--update') as unknown }); // prettier-ignore
    expect(await check([folder], { costs, update: true })).toMatchObject({ code: 0 });
    expect(await check([folder], { costs })).toMatchObject({ code: 0 });

    await writeFile(join(folder, 'list.graphql'), LIST.replace('= 20', '= 21'));
    const dearer = await check([folder], { costs });
    expect(dearer.code).toBe(1);
    expect(dearer.out).toContain('List got dearer: cost 257, 25 calls, at most 5190 and 504; it was cost 246, 24 calls'); // prettier-ignore

    await writeFile(join(folder, 'list.graphql'), LIST.replace('= 20', '= 2'));
    const cheaper = await check([folder], { costs });
    expect([cheaper.code, cheaper.out]).toEqual([0, expect.stringContaining('List got cheaper')]);

    await writeFile(join(folder, 'list.graphql'), LIST.replace('List', 'Another'));
    const renamed = await check([folder], { costs });
    expect(renamed.code).toBe(1);
    expect(renamed.out).toContain('Another is new: cost 246, 24 calls');
    expect(renamed.out).toContain('List is gone.');

    await writeFile(costs, '{ "operations": 5 }');
    await expect(check([folder], { costs })).rejects.toThrow('is no file of costs');
  });

  it('counts for the providers, limits and manifests of a configuration', async () => {
    const manifest = JSON.stringify({ [`sha256:${documentHash(LIST)}`]: LIST });
    const text = `
providers: [{ key: a, kind: qarnot }, { key: b, kind: qarnot }]
limits: { maxCost: 40, maxPageSize: 100 }
operations: { mode: only, manifests: [m.json] }
`;
    const folder = await folderWith({ 'gridweave.yaml': text, 'm.json': manifest });
    const config = join(folder, 'gridweave.yaml');
    const { code, out } = await check([], { config });
    expect(out).toContain('for 2 providers (qarnot, qarnot)');
    expect(out).toContain('pages of 100');
    expect(out).toMatch(/List .* ok|List .* refused/);
    expect(code).toBe(0);
    await writeFile(config, text.replace('maxCost: 40', 'maxCost: 10'));
    expect(await check([], { config })).toMatchObject({ code: 1, out: expect.stringContaining('at most 10 is allowed') as unknown }); // prettier-ignore
    // Costs for others cannot be compared.
    await writeFile(config, text);
    const other = await check(['schema/operations'], { config, costs: 'schema/operation-costs.json' });
    expect(other.out).toContain('The costs were counted for bacalhau, qarnot, runai, charity-engine and pages of 500; now it is qarnot, qarnot and pages of 100.'); // prettier-ignore
  });

  it.each<[string, string, string]>([
    ['is no GraphQL', 'query {', 'Syntax Error'],
    ['does not fit the schema', 'query A { nothing }', 'Cannot query field "nothing"'],
    ['has no operation', 'fragment F on Job { id }', 'It has no operation'],
    ['has no name', '{ providers { key } }', 'no name to be known by'],
    ['is too deep', `query Deep { jobs { nodes { ${'tasks { nodes { job { '.repeat(6)} id ${'} } }'.repeat(6)} } } }`, 'Deep: The operation has'], // prettier-ignore
    ['is named as another', 'query Twin { __typename }\nquery Other { __typename }', 'Twin is the name of an operation of'], // prettier-ignore
  ])('fails for a document that %s', async (_, document, message) => {
    const folder = await folderWith({ 'a.graphql': 'query Twin { __typename }', 'b.graphql': document });
    const { code, out } = await check([folder], { costs: join(folder, 'c.json'), update: true });
    expect([code, out]).toEqual([1, expect.stringContaining(message)]);
    // Nothing is written about documents that are wrong.
    await expect(readFile(join(folder, 'c.json'))).rejects.toThrow('ENOENT');
  });

  it('says what it wants', async () => {
    await expect(operations('list', [], {})).rejects.toThrow('operations check');
    await expect(check([])).rejects.toThrow('There is no document');
    await expect(check(['nowhere'])).rejects.toThrow('nowhere does not exist');
    await expect(check(['package-lock.json'])).rejects.toThrow('whose id is no SHA-256');
    await expect(check(['README.md'])).rejects.toThrow('neither a document');
    await expect(check(['schema'], { update: true })).rejects.toThrow('--costs');
  });
});
