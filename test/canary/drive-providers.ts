import type { Caller } from './caller.ts';
import { LISTS, PROVIDERS, RECONCILE, SUBMIT } from './documents.ts';
import { identities } from './drive-callers.ts';
import { bodyWith, MISBEHAVIOURS, SPELLINGS } from './echoing-provider.ts';
import type { House } from './house.ts';
import { encodeId, type NativeKey, type ProviderKey } from '../../src/model/ids.ts';

const ECHOES = ['echo-bearer', 'echo-basic', 'echo-raw', 'echo-client', 'echo-body'];

/** A job that every echoing provider may have, by how its kind names one. */
const NATIVE: Readonly<Record<string, string>> = {
  'echo-bearer': '0b1d6a52-51a1-4b7c-9d3e-2f1c8a7b6e5d',
  'echo-basic': '0b1d6a52-51a1-4b7c-9d3e-2f1c8a7b6e5d',
  'echo-raw': 't:0b1d6a52-51a1-4b7c-9d3e-2f1c8a7b6e5d',
  'echo-client': '0b1d6a52-51a1-4b7c-9d3e-2f1c8a7b6e5d',
  'echo-body': '0'.repeat(32),
};

const EACH = ECHOES.map((provider, i) => {
  const id = encodeId('job', provider as ProviderKey, NATIVE[provider] as NativeKey);
  return { provider, id, n: String(i) };
});

const LOOKUPS = `{ ${EACH.map(({ id, n }) => `job${n}: job(id: "${id}") { id name executions { nodes { id } } }`).join(' ')} }`;

const SPEC = 'name: "echo", image: "acme/embed:3", command: ["sleep", "1"]';
const SAID = 'outcome notes verdicts { reason } errors { ... on UserError { code message path } }';
const ACTIONS = EACH.map(({ provider, id, n }) => {
  // What Charity Engine is sent has no `env`.
  const [variable, spec] =
    provider === 'echo-body' ? ['', SPEC] : [', $env: [EnvVariable!]', `${SPEC}, env: $env`];
  return `mutation Provoke($idempotencyKey: String!${variable}) {
    submit${n}: submitJob(input: { provider: "${provider}", idempotencyKey: $idempotencyKey, spec: { ${spec} } }) { ${SAID} }
    cancel${n}: cancelJob(input: { id: "${id}" }) { outcome errors { ... on UserError { code message } } }
  }`;
});

/** What leaves open what became of a submission costs the time for finding out: some of it stands for the rest. */
const ACTED_IN = /^4|^200 with|^500|trailers|reason|redirect$/;

/** Providers say everything that they are sent, in every way in which an answer can. */
export async function provoke(caller: Caller, { echo, secrets, emulators }: House): Promise<void> {
  const { ops } = identities(secrets);
  const bringing = { ...ops, 'x-echo-token': secrets.brought.echo };
  const { env, echoedEnv, otherIdempotencyKey } = secrets;
  for (const [i, misbehaviour] of [...MISBEHAVIOURS, MISBEHAVIOURS[0]!].entries()) {
    echo.misbehaviour = misbehaviour;
    // At last it does not even give tokens.
    echo.givesTokens = i < MISBEHAVIOURS.length;
    const asked = echo.requests;
    const idempotencyKey = `${otherIdempotencyKey}-${String(i)}`;
    await Promise.all([
      caller.ask(LISTS, { only: ECHOES }, ops),
      caller.ask(LISTS, { only: ['echo-raw'] }, bringing),
      caller.ask(LOOKUPS, {}, ops),
      ...(ACTED_IN.test(misbehaviour.name) ? ACTIONS : []).map((document) =>
        caller.ask(document, { idempotencyKey, env: [{ name: 'TOKEN', value: echoedEnv }] }, ops),
      ),
    ]);
    await caller.ask(RECONCILE, { input: { provider: 'echo-bearer', idempotencyKey } }, ops);
    if (echo.requests < asked + 10) throw new Error(`nobody was asked: ${misbehaviour.name}`);
  }
  await caller.ask(PROVIDERS, {}, ops);
  await refuse(caller, { secrets, emulators }, env);
}

/** What real ones say of a credential that has expired, and in the middle of everything. */
async function refuse(
  caller: Caller,
  { secrets, emulators }: Pick<House, 'secrets' | 'emulators'>,
  env: string,
): Promise<void> {
  const { ops, bringing } = identities(secrets);
  const honest = Object.keys(emulators);
  for (const { faults } of Object.values(emulators))
    faults.set('refused', { effect: { kind: 'unauthorized' } });
  for (const headers of [ops, bringing]) await caller.ask(LISTS, { only: honest }, headers);
  for (const { faults } of Object.values(emulators))
    faults.set('refused', { effect: { kind: 'truncate', bytes: 40 } });
  await caller.ask(LISTS, { only: honest }, ops);
  for (const { faults } of Object.values(emulators)) faults.clear();
  await complain(caller, { secrets, emulators });
  emulators.lab.faults.set('lost', { match: 'PUT ', times: 1, effect: { kind: 'reset', afterCommit: true } });
  const spec = {
    name: 'lost',
    image: 'acme/embed:3',
    command: ['sleep', '1'],
    env: [{ name: 'TOKEN', value: env }],
  };
  await caller.ask(
    SUBMIT,
    { input: { provider: 'lab', idempotencyKey: secrets.otherIdempotencyKey, spec } },
    ops,
  );
}

/** They repeat what a submission held. */
async function complain(
  caller: Caller,
  { secrets, emulators }: Pick<House, 'secrets' | 'emulators'>,
): Promise<void> {
  const { ops } = identities(secrets);
  const { env, otherIdempotencyKey } = secrets;
  const spec = {
    name: 'refused',
    image: 'acme/embed:3',
    command: ['sleep', '1'],
    env: [{ name: 'TOKEN', value: env }],
  };
  const { data } = await caller.ask<{ readonly projects: { readonly nodes: readonly { readonly id: string }[] } }>(LISTS, { only: ['gpu'] }, ops); // prettier-ignore
  const project = data?.projects.nodes[0]?.id;
  for (const [name, spell] of Object.entries(SPELLINGS)) {
    const effect = { kind: 'status', status: 422, body: bodyWith(spell(`TOKEN=${env}`)), contentType: 'application/json' } as const; // prettier-ignore
    const submit = (provider: 'lab' | 'cloud' | 'gpu', match: string, more: object): Promise<unknown> => {
      emulators[provider].faults.set('complaint', { match, effect });
      const idempotencyKey = `${otherIdempotencyKey}-${name}`;
      return caller.ask(SUBMIT, { input: { provider, idempotencyKey, spec, ...more } }, ops);
    };
    await Promise.all([
      submit('lab', 'PUT ', {}),
      submit('cloud', 'POST /tasks', {}),
      submit('gpu', 'POST /api/v1/workloads/trainings', { project }),
    ]);
  }
  for (const { faults } of Object.values(emulators)) faults.clear('complaint');
}
