import { until } from '../live-transport/ws-client.ts';
import type { Caller } from './caller.ts';
import { ACT_EVENTS, BY_ID, CANCEL, JOB_EVENTS, LISTS, LOG_STREAM, LOGS, PLAN, PROVIDERS, RECONCILE, SUBMIT } from './documents.ts'; // prettier-ignore
import type { Secrets } from './secrets.ts';

type Headers = Readonly<Record<string, string>>;

interface Submitted {
  readonly submitJob: { readonly outcome: string; readonly job: { readonly id: string } | null };
}

interface Listed {
  readonly jobs: {
    readonly nodes: readonly { readonly id: string; readonly name: string }[];
    readonly sources: readonly { readonly provider: { readonly key: string }; readonly outcome: string }[];
  };
  readonly projects: { readonly nodes: readonly { readonly id: string; readonly name: string }[] };
}

const HONEST = ['lab', 'basic', 'cloud', 'gpu', 'gpu-token', 'grid', 'pair'];

/** Who comes in, and what they bring. */
export function identities({ keys, jwt, brought }: Secrets) {
  const ops = { authorization: `Bearer ${keys.admin.key}` };
  return {
    ops,
    acme: { 'x-api-key': keys.acme.key },
    umbra: { authorization: `Bearer ${keys.umbra.key}` },
    reader: { 'x-api-key': keys.reader.key },
    ada: { authorization: `Bearer ${jwt}` },
    bringing: {
      ...ops,
      'x-lab-key': brought.lab,
      'x-gpu-id': brought.gpuId,
      'x-gpu-secret': brought.gpuSecret,
      'x-grid-key': brought.grid,
    },
    mistaken: { ...ops, 'x-lab-key': brought.labWrong, 'x-gpu-id': brought.gpuId },
  } satisfies Readonly<Record<string, Headers>>;
}

/** How each provider came out for each of them: the control without which nothing else proves anything. */
export type Outcomes = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Everybody reads everything. */
export async function read(caller: Caller, secrets: Secrets): Promise<Outcomes> {
  const outcomes: Record<string, Record<string, string>> = {};
  for (const [who, headers] of Object.entries(identities(secrets))) {
    // Umbra has no credential at "cloud", which therefore does not exist for it.
    const only = HONEST.filter((key) => who !== 'umbra' || key !== 'cloud');
    const { data, errors } = await caller.ask<Listed>(LISTS, { only }, headers);
    if (data == null) throw new Error(`${who}: ${JSON.stringify(errors)}`);
    outcomes[who] = Object.fromEntries(
      data.jobs.sources.map(({ provider, outcome }) => [provider.key, outcome]),
    );
    await Promise.all([
      caller.ask(PROVIDERS, {}, headers),
      caller.ask(LOGS, { only: ['lab', 'cloud', 'gpu', 'grid'] }, headers),
      caller.ask(BY_ID, { id: data.jobs.nodes[0]?.id ?? '' }, headers),
      caller.send('/ready', { headers }),
      caller.send('/metrics', { headers }),
    ]);
  }
  return outcomes;
}

export interface Watching {
  /** What they were told, decoded. */
  said(): string;
  leave(): void;
}

/** Somebody follows everything over a WebSocket, and somebody over an event stream. */
export async function watch(caller: Caller, secrets: Secrets): Promise<Watching> {
  const { brought, keys, stray } = secrets;
  const only = ['lab', 'basic', 'cloud', 'gpu', 'echo-bearer', 'echo-client'];
  const socket = await caller.socket({
    apiKey: keys.admin.key,
    'x-lab-key': brought.labOverWs,
    password: stray.init,
    nested: { token: stray.init },
  });
  await socket.received(({ type }) => type === 'connection_ack');
  socket.subscribe('jobs', JOB_EVENTS, { only });
  socket.subscribe('acts', ACT_EVENTS);
  socket.subscribe('reads', LISTS, { only });
  const stream = caller.stream(JOB_EVENTS, { authorization: `Bearer ${keys.admin.key}`, 'x-lab-key': brought.lab, cookie: `session=${stray.cookie}` }, { only }); // prettier-ignore
  const has = (texts: unknown, word: string): boolean => JSON.stringify(texts).includes(word);
  await until(() => has(socket.nexts('jobs'), 'SnapshotEnd'), 'a snapshot over a WebSocket', 30_000);
  await until(() => has(stream.nexts(), 'SnapshotEnd'), 'a snapshot over an event stream', 30_000);
  return {
    said: () => JSON.stringify(socket.messages) + stream.text,
    leave: () => {
      socket.ws.close(1000, 'bye');
      stream.leave();
    },
  };
}

const spec = (env: string, more: object = {}): object => ({
  name: 'canary-cage',
  image: 'acme/embed:3',
  command: ['sleep', '600'],
  resources: { cpuMillis: 1_000, memoryBytes: 256_000_000 },
  env: [{ name: 'TOKEN', value: env }],
  ...more,
});

/** Work is submitted everywhere, with values in its `env` that are nobody's business; repeated, looked up, cancelled. */
export async function act(caller: Caller, secrets: Secrets): Promise<Readonly<Record<string, string>>> {
  const { ops, acme, bringing, reader } = identities(secrets);
  const { env, idempotencyKey, misplacedEnv, secretEnv } = secrets;
  const { data: lists } = await caller.ask<Listed>(LISTS, { only: ['gpu'] }, ops);
  const [project] = lists?.projects.nodes ?? [];
  if (project === undefined) throw new Error('gpu has no project');
  const outcomes: Record<string, string> = {};
  const places: readonly (readonly [string, Headers, object])[] = [
    ['lab', ops, {}],
    ['lab', bringing, {}],
    ['basic', ops, {}],
    ['basic', acme, {}],
    ['cloud', acme, {}],
    ['gpu', ops, { project: project.id }],
  ];
  const at = async (i: number, [provider, headers, more]: (typeof places)[number]): Promise<void> => {
    const reference =
      provider === 'gpu' ? { secretEnv: [{ name: 'PASSWORD', secret: secretEnv, key: 'k' }] } : {};
    const input = { idempotencyKey, provider, spec: spec(env, reference), ...more };
    const submit = (changes: object) =>
      caller.ask<Submitted>(SUBMIT, { input: { ...input, ...changes } }, headers);
    await submit({ dryRun: true });
    const { data, errors } = await submit({});
    outcomes[`${provider} ${String(i)}`] = data?.submitJob.outcome ?? JSON.stringify(errors);
    await Promise.all([
      submit({}),
      submit({ spec: spec(`${env}x`) }),
      caller.ask(RECONCILE, { input: { provider, idempotencyKey } }, headers),
      // Inputs that GraphQL itself refuses, values and all.
      submit({ spec: spec(misplacedEnv, { bogus: 1 }) }),
      submit({ spec: spec(misplacedEnv, { image: 7 }) }),
      submit({ spec: { ...spec(misplacedEnv), env: misplacedEnv } }),
      submit({ spec: spec(env), idempotencyKey: { a: misplacedEnv } }),
      // A document that is wrong elsewhere.
      caller.send('/graphql', {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({
          query: `mutation { submitJob(input: { provider: 1, spec: { env: [{ name: "A", value: ${JSON.stringify(misplacedEnv)}, x: 1 }] } }) { outcome } }`,
        }),
      }),
    ]); // prettier-ignore
    const id = data?.submitJob.job?.id;
    if (id !== undefined) await caller.ask(CANCEL, { input: { id } }, headers);
  };
  await Promise.all(places.map((place, i) => at(i, place)));
  await caller.ask(SUBMIT, { input: { idempotencyKey, provider: 'lab', spec: spec(env) } }, reader);
  await caller.ask(SUBMIT, { input: { idempotencyKey, provider: 'grid', spec: spec(misplacedEnv) } }, ops);
  await caller.ask(
    SUBMIT,
    { input: { idempotencyKey, provider: 'pair', spec: spec(env, { env: [] }) } },
    ops,
  );
  await caller.ask(SUBMIT, { input: { idempotencyKey, provider: 'nobody', spec: spec(misplacedEnv) } }, ops);
  await caller.ask(PLAN, { spec: spec(misplacedEnv) }, ops);
  return outcomes;
}

/** A log is followed. */
export async function follow(caller: Caller, secrets: Secrets): Promise<void> {
  const { ops } = identities(secrets);
  const { data } = await caller.ask<{ readonly jobs: { readonly nodes: readonly { readonly executions: { readonly nodes: readonly { readonly id: string }[] } }[] } }>(LOGS, { only: ['lab'] }, ops); // prettier-ignore
  const execution = data?.jobs.nodes.flatMap(({ executions }) => executions.nodes)[0]?.id;
  if (execution === undefined) throw new Error('lab has no execution');
  const stream = caller.stream(LOG_STREAM, ops, { execution });
  await until(() => stream.nexts().length > 0, 'a part of a log', 30_000);
  stream.leave();
}
