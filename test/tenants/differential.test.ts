/**
 * What a tenant is told by a gateway that others use, too, is what a gateway would tell that had nobody else.
 * GRIDWEAVE_TENANT_QUESTIONS says how many questions are asked; fast-check prints the seed of those that fail.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answersTo, difference, essenceOf } from './compare.ts';
import { knownFrom, questions, SURVEY, type Known, type Question } from './questions.ts';
import { closeGateways, configText, loaded, makeDoors, startGateway, type Doors, type TenantsGateway } from './rig.ts'; // prettier-ignore
import { broughtBy, otherOf, secretOf, startTwoAccounts, TENANTS, type Tenant, type TwoAccounts } from './two-accounts.ts'; // prettier-ignore

const QUESTIONS = Number(process.env['GRIDWEAVE_TENANT_QUESTIONS'] ?? 15);

let accounts: TwoAccounts;
let doors: Doors;
let alone: Record<Tenant, TenantsGateway>;
let byTenant: TenantsGateway;
let byCaller: TenantsGateway;
let known: Known;

beforeAll(async () => {
  accounts = await startTwoAccounts({ still: true });
  doors = await makeDoors();
  alone = { ada: await startGateway(loaded(configText(accounts, 'ada'))), bob: await startGateway(loaded(configText(accounts, 'bob'))) }; // prettier-ignore
  byTenant = await startGateway(loaded(configText(accounts, 'TENANTS', { sections: { auth: doors.auth } })));
  byCaller = await startGateway(loaded(configText(accounts, 'BROUGHT')));
  const surveys = await Promise.all(
    TENANTS.map(async (tenant) => (await alone[tenant].ask({}, SURVEY)).json),
  );
  expect(surveys.flatMap(({ errors = [] }) => errors)).toEqual([]);
  // What a provider can do depends on its version, which is known from its first answer on.
  await Promise.all(TENANTS.flatMap((tenant) => [byTenant.ask(doors.byKey[tenant], SURVEY), byCaller.ask(broughtBy(tenant), SURVEY)])); // prettier-ignore
  known = knownFrom(surveys.map(({ data }) => data));
}, 60_000);

afterAll(async () => {
  await closeGateways();
  await doors.close();
  await accounts.close();
});

/** Both tenants ask the same at the same time. */
async function bothAsk(
  gateway: TenantsGateway,
  headersOf: (tenant: Tenant) => Record<string, string>,
  question: Question,
): Promise<void> {
  const asked = TENANTS.map((tenant) => Promise.all([answersTo(gateway, headersOf(tenant), question), answersTo(alone[tenant], {}, question)])); // prettier-ignore
  for (const [i, [told, expected]] of (await Promise.all(asked)).entries()) {
    const tenant = TENANTS[i] ?? 'ada';
    const [shared, own] = [told, expected].map((answers) => answers.map(essenceOf));
    expect(difference(shared, own, tenant)).toBeNull();
    for (const { text } of told)
      expect(accounts.foreignIn(text, tenant, JSON.stringify(question))).toEqual([]);
  }
}

const WAYS: readonly [string, () => [TenantsGateway, (tenant: Tenant) => Record<string, string>]][] = [
  ['tenants of API keys', () => [byTenant, (tenant) => ({ ...doors.byKey[tenant] })]],
  ['tenants of tokens, with one subject', () => [byTenant, (tenant) => ({ ...doors.byToken[tenant] })]],
  ['callers with credentials of their own', () => [byCaller, (tenant) => broughtBy(tenant)]],
];

describe(
  'whoever shares a gateway is told what a gateway of their own would tell',
  { timeout: 60_000 + QUESTIONS * 3_000 },
  () => {
    it.each(WAYS)('%s', async (_, way) => {
      const [gateway, headersOf] = way();
      await fc.assert(
        fc.asyncProperty(questions(known), (question) => bothAsk(gateway, headersOf, question)),
        { numRuns: QUESTIONS, endOnFailure: true },
      );
    });

    it('who belongs to nobody, or brings nothing, is told of nothing and nobody is asked', async () => {
      const arrivedBefore = Object.values(accounts.routers).map(({ arrived }) => arrived.length);
      const answer = await byCaller.ask({ 'x-lab-token': secretOf('ada', 'bacalhau', 'apiKey') }, '{ jobs { nodes { id } sources { outcome error { code } } } }'); // prettier-ignore
      expect(answer.json.data).toMatchObject({
        jobs: { nodes: [], sources: Array.from({ length: 4 }, () => ({ outcome: 'UNAUTHORIZED', error: { code: 'UNAUTHENTICATED' } })) }, // prettier-ignore
      });
      expect(Object.values(accounts.routers).map(({ arrived }) => arrived.length)).toEqual(arrivedBefore);
    });

    it('are told nothing that a cache on the way would keep for others', async () => {
      const query = encodeURIComponent('{ jobs(first: 1) { nodes { name } } }');
      for (const accept of ['application/json', 'application/graphql-response+json']) {
        const { status, headers } = await fetch(`${byCaller.url}/graphql?query=${query}`, { headers: { ...broughtBy('ada'), accept } }); // prettier-ignore
        expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
      }
    });

    it('credentials are in no log, and of what callers send only what is theirs for a provider goes there', () => {
      const secrets = TENANTS.flatMap((tenant) => Object.values(broughtBy(tenant))).filter((secret) => !secret.includes('clientid')); // prettier-ignore
      for (const gateway of [byTenant, byCaller]) {
        expect(secrets.filter((secret) => gateway.log().includes(secret))).toEqual([]);
      }
      for (const [kind, { arrived }] of Object.entries(accounts.routers)) {
        expect(arrived.filter(({ account }) => account === null)).toEqual([]);
        const sent = new Set(arrived.flatMap(({ headers }) => Object.keys(headers)));
        expect([...sent].filter((name) => name.startsWith('x-') && name !== 'x-request-id')).toEqual([]);
        for (const { account, headers } of arrived) {
          const foreign = broughtBy(otherOf(account === 'bob' ? 'bob' : 'ada'));
          expect(Object.values(foreign).filter((secret) => JSON.stringify(headers).includes(secret))).toEqual(
            [],
          );
        }
        expect(kind).not.toBe('');
      }
    });
  },
);
