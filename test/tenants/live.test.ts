/** Two tenants watch everything at once while both their worlds move: not a byte of the one is in a frame of the other. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SANDBOX_KINDS, type SandboxKind } from '../../src/sandbox/sandbox.ts';
import type { SseClient } from '../live-transport/sse-client.ts';
import { simSpec } from '../support/sim-spec.ts';
import { Listener, listenBySse, until } from './listener.ts';
import { closeGateways, configText, loaded, makeDoors, startGateway, type Doors, type TenantsGateway } from './rig.ts'; // prettier-ignore
import { broughtBy, otherOf, secretOf, startTwoAccounts, TENANTS, type Tenant, type TwoAccounts } from './two-accounts.ts'; // prettier-ignore

const MESSAGE = '... on LiveMessage { cursor } ... on Gap { reason providers } ... on Bookmark { closing } ... on SnapshotEnd { sources { provider { key } completeness errorCode } }'; // prettier-ignore
const SHOWN = 'id name nativeRef { nativeId } provider { key }';
const EVENTS: Readonly<Record<string, string>> = {
  jobEvents: `... on JobSnapshot { job { ${SHOWN} project { id } tasks(first: 2) { nodes { id } } } } ... on JobChange { previousState job { ${SHOWN} executions(first: 2) { nodes { id } } } } ... on JobTombstone { id name }`, // prettier-ignore
  taskEvents: `... on TaskSnapshot { task { ${SHOWN} command job { name } } } ... on TaskChange { task { ${SHOWN} image } } ... on TaskTombstone { id name }`, // prettier-ignore
  executionEvents: `... on ExecutionSnapshot { execution { ${SHOWN} } } ... on ExecutionChange { execution { ${SHOWN} job { name } } } ... on ExecutionTombstone { id name }`, // prettier-ignore
  computeNodeEvents: `... on ComputeNodeSnapshot { computeNode { ${SHOWN} } } ... on ComputeNodeChange { computeNode { ${SHOWN} } }`,
};

function watching(field: string): string {
  return `subscription ($after: String) { ${field}(after: $after) { __typename ${MESSAGE} ${EVENTS[field] ?? ''} } }`;
}
const LOGS = `subscription ($execution: ID!, $after: String) { logs(execution: $execution, after: $after) {
  __typename ... on LogChunk { cursor text } ... on LogEnded { cursor message } ... on LogGap { message } ... on LogNotice { message code }
} }`;

interface Message {
  readonly __typename: string;
  readonly cursor?: string | null;
  readonly reason?: string;
  readonly closing?: boolean;
  readonly job?: { readonly name: string };
  readonly sources?: readonly { readonly errorCode: string | null }[];
}

/** One tenant at one gateway. */
interface Side {
  readonly tenant: Tenant;
  readonly gateway: TenantsGateway;
  readonly headers: Record<string, string>;
}

let accounts: TwoAccounts;
let doors: Doors;
let byTenant: TenantsGateway;
let byCaller: TenantsGateway;

beforeAll(async () => {
  accounts = await startTwoAccounts({ jobsPerSite: 6, arrivalMs: 1_500 });
  doors = await makeDoors();
  const metrics = { enabled: true };
  byTenant = await startGateway(loaded(configText(accounts, 'TENANTS', { sections: { auth: doors.auth, metrics } }))); // prettier-ignore
  byCaller = await startGateway(loaded(configText(accounts, 'BROUGHT', { sections: { metrics } })));
}, 60_000);

afterAll(async () => {
  await closeGateways();
  await doors.close();
  await accounts.close();
});

function messagesOf(listener: Listener, id: string, field = id): Message[] {
  return listener.nexts(id).map((data) => (data as Record<string, Message>)[field] as Message);
}

function isWhole(listener: Listener, id: string, field = id): boolean {
  return messagesOf(listener, id, field).some(({ __typename }) => __typename === 'SnapshotEnd');
}

/** How many credentials changes are watched with, and how many subscriptions there are. */
async function figures({ gateway, headers }: Side): Promise<{ credentials: number; subscribers: number }> {
  const text = await (await fetch(`${gateway.url}/metrics`, { headers })).text();
  const figure = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
  return {
    credentials: figure('gridweave_live_credentials'),
    subscribers: figure('gridweave_live_subscribers'),
  };
}

async function logged({ gateway, headers }: Side): Promise<string> {
  const { json } = await gateway.ask(headers, '{ executions(first: 50, filter: { providers: ["bacalhau"] }) { nodes { id } } }'); // prettier-ignore
  const { executions } = json.data as { executions: { nodes: { id: string }[] } };
  return executions.nodes[0]?.id ?? '';
}

interface Watcher {
  readonly side: Side;
  readonly ws: Listener;
  readonly sse: readonly SseClient[];
}

async function watchEverything(side: Side): Promise<Watcher> {
  const ws = await Listener.open(side);
  for (const field of Object.keys(EVENTS)) ws.subscribe(field, watching(field));
  ws.subscribe('logs', LOGS, { execution: await logged(side) });
  const sse = Object.keys(EVENTS).map((field) => listenBySse(side, watching(field)));
  await until(() => Object.keys(EVENTS).every((field) => isWhole(ws, field)), 'every snapshot', 20_000);
  return { side, ws, sse };
}

const GATEWAYS: readonly [string, () => Record<Tenant, Side>][] = [
  ['tenants', () => sidesOf(byTenant, (tenant) => doors.byKey[tenant])],
  ['callers with credentials of their own', () => sidesOf(byCaller, (tenant) => broughtBy(tenant))],
];

function sidesOf(gateway: TenantsGateway, headersOf: (tenant: Tenant) => object): Record<Tenant, Side> {
  const side = (tenant: Tenant): Side => ({ tenant, gateway, headers: { ...headersOf(tenant) } });
  return { ada: side('ada'), bob: side('bob') };
}

function happen(name: string): void {
  for (const tenant of TENANTS) {
    for (const kind of ['bacalhau', 'qarnot', 'runai'] as const) accounts.worlds[tenant].site(kind).submit(simSpec(`${name}-${tenant}-${kind}`)); // prettier-ignore
  }
}

describe.each(GATEWAYS)('%s who watch everything', (_, sides) => {
  it('are sent nothing of each other, resume, and are told apart by their cursors', async () => {
    const watchers = await Promise.all(TENANTS.map((tenant) => watchEverything(sides()[tenant])));
    happen('moving-1a');
    for (const { side, ws, sse } of watchers) {
      for (const kind of ['bacalhau', 'qarnot', 'runai']) {
        const own = `moving-1a-${side.tenant}-${kind}`;
        await until(() => ws.text.includes(own), `${own} over a WebSocket`, 20_000);
        await until(() => sse.some(({ events }) => events.some(({ data }) => data.includes(own))), `${own} over an event stream`, 20_000); // prettier-ignore
      }
    }
    for (const { side, ws, sse } of watchers) {
      const heard = [
        ws.text,
        ...sse.flatMap(({ events }) => events.map(({ data, id }) => `${data} ${id ?? ''}`)),
      ].join('\n');
      expect(heard).toContain(`-${side.tenant}-`);
      expect(heard).not.toContain(`-${otherOf(side.tenant)}-`);
      expect(accounts.foreignIn(heard, side.tenant)).toEqual([]);
      // Four credentials of each tenant, one at each provider, however many watch.
      await until(async () => (await figures(side)).subscribers === 16, 'everybody to be there');
      expect((await figures(side)).credentials).toBe(8);
    }
    // Each goes on where they were, and gets a fresh start where the other was.
    for (const { side, ws } of watchers) {
      const other = watchers.find((watcher) => watcher.side.tenant !== side.tenant)!.ws;
      const own = messagesOf(ws, 'jobEvents').findLast(({ cursor }) => cursor != null)?.cursor;
      const foreign = messagesOf(other, 'jobEvents').findLast(({ cursor }) => cursor != null)?.cursor;
      const again = await Listener.open(side);
      again.subscribe('own', watching('jobEvents'), { after: own });
      again.subscribe('foreign', watching('jobEvents'), { after: foreign });
      await until(() => isWhole(again, 'foreign', 'jobEvents'), 'a fresh start', 20_000);
      await until(() => messagesOf(again, 'own', 'jobEvents').length > 0, 'to go on', 20_000);
      expect(messagesOf(again, 'foreign', 'jobEvents')[0]).toMatchObject({
        __typename: 'Gap',
        reason: 'EPOCH',
      });
      const resumed = messagesOf(again, 'own', 'jobEvents').map(({ __typename }) => __typename);
      expect(resumed.filter((type) => type === 'Gap' || type === 'JobSnapshot')).toEqual([]);
      // A log that is not theirs is not there for them.
      again.subscribe('log', LOGS, { execution: await logged(sides()[otherOf(side.tenant)]) });
      await until(
        () => again.messages.find(({ id, type }) => id === 'log' && type === 'error'),
        'to be refused',
      );
      expect(accounts.foreignIn(again.text, side.tenant, foreign ?? '')).toEqual([]);
      again.leave();
    }
    for (const { ws, sse } of watchers) {
      ws.leave();
      for (const client of sse) client.leave();
    }
  }, 90_000);

  it('cost the providers what one does, and nothing when they have left', async () => {
    const { ada } = sides();
    await until(async () => (await figures(ada)).subscribers === 0, 'everybody to leave');
    const crowd = await Listener.open(ada);
    const ids = Array.from({ length: 60 }, (_, i) => `job-${String(i)}`);
    for (const id of ids) crowd.subscribe(id, watching('jobEvents'));
    await until(() => ids.every((id) => isWhole(crowd, id, 'jobEvents')), 'every snapshot', 30_000);
    const before = accounts.routers.qarnot.arrived.length;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    // Sixty readers at five polls a second would be thousands of calls.
    expect(accounts.routers.qarnot.arrived.length - before).toBeLessThan(120);
    crowd.leave();
    await until(async () => (await figures(ada)).subscribers === 0, 'everybody to leave');
    await untilQuiet();
  }, 60_000);
});

/** It is polled for a moment longer, for those who come back. */
function untilQuiet(): Promise<void> {
  return until(
    async () => {
      const before = total();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return total() === before;
    },
    'the polls to end',
    30_000,
  );
}

function total(): number {
  return Object.values(accounts.routers).reduce((sum, { arrived }) => sum + arrived.length, 0);
}

describe('a caller who brings nothing', () => {
  it('is told so by each source, and nobody is asked', async () => {
    await until(async () => (await figures({ tenant: 'ada', gateway: byCaller, headers: {} })).subscribers === 0, 'everybody to leave'); // prettier-ignore
    await untilQuiet();
    const before = accounts.routers.bacalhau.arrived.length + accounts.routers.runai.arrived.length;
    const headers = { ...broughtBy('ada', ['qarnot']), 'x-lab-key': '', 'x-runai-client': secretOf('ada', 'runai', 'clientId') }; // prettier-ignore
    const listener = await Listener.open({ gateway: byCaller, headers });
    listener.subscribe('jobEvents', watching('jobEvents'));
    await until(() => isWhole(listener, 'jobEvents'), 'the snapshot', 20_000);
    const end = messagesOf(listener, 'jobEvents').find(({ __typename }) => __typename === 'SnapshotEnd');
    const codes = end?.sources?.map(({ errorCode }) => errorCode);
    expect(codes).toEqual(['UNAUTHENTICATED', null, 'UNAUTHENTICATED', 'UNAUTHENTICATED']);
    expect(accounts.routers.bacalhau.arrived.length + accounts.routers.runai.arrived.length).toBe(before);
    listener.leave();
  }, 30_000);
});

describe('another configuration while they watch', () => {
  const kinds: readonly SandboxKind[] = ['bacalhau', 'qarnot'];

  it('with another secret of one tenant is noticed by that tenant alone', async () => {
    const wrong = { auth: doors.auth };
    const config = (changed: boolean) =>
      loaded(
        configText(accounts, 'TENANTS', {
          kinds,
          sections: wrong,
          secret: (tenant, kind, member) =>
            changed && tenant === 'ada' && kind === 'qarnot'
              ? 'no-longer-good-1234'
              : secretOf(tenant, kind, member),
        }),
      );
    const gateway = await startGateway(config(false));
    const sides = sidesOf(gateway, (tenant) => doors.byKey[tenant]);
    const [ada, bob] = await Promise.all([Listener.open(sides.ada), Listener.open(sides.bob)]);
    for (const listener of [ada, bob]) {
      listener.subscribe('jobEvents', watching('jobEvents'));
      await until(() => isWhole(listener, 'jobEvents'), 'the snapshot', 20_000);
    }
    const read = bob.messages.length;
    expect(await gateway.reload(config(true))).toMatchObject({
      changed: ['qarnot'],
      unchanged: ['bacalhau'],
    });
    await until(() => ada.messages.some(({ type, id }) => type === 'complete' && id === 'jobEvents'), 'ada to be told'); // prettier-ignore
    expect(messagesOf(ada, 'jobEvents').at(-1)).toMatchObject({ __typename: 'Bookmark', closing: true });
    happen('moving-2b');
    await until(() => bob.text.includes('moving-2b-bob-qarnot'), 'bob to hear what comes', 20_000);
    const told = bob.messages.slice(read).flatMap(({ payload }) => Object.values((payload as { data?: Record<string, Message> }).data ?? {})); // prettier-ignore
    expect(told.filter(({ __typename, closing }) => __typename === 'Gap' || __typename === 'JobSnapshot' || closing === true)).toEqual([]); // prettier-ignore
    // Ada comes back, to what her credential is good for now.
    const cursor = messagesOf(ada, 'jobEvents').at(-1)?.cursor;
    ada.subscribe('back', watching('jobEvents'), { after: cursor });
    await until(() => isWhole(ada, 'back', 'jobEvents'), 'ada to come back', 20_000);
    expect(messagesOf(ada, 'back', 'jobEvents')[0]).toMatchObject({ __typename: 'Gap', reason: 'EPOCH' });
    for (const listener of [ada, bob]) listener.leave();
    for (const [listener, tenant] of [[ada, 'ada'], [bob, 'bob']] as const) expect(accounts.foreignIn(listener.text, tenant)).toEqual([]); // prettier-ignore
  }, 60_000);

  it('that keeps tenants apart where they were not ends what showed them one account', async () => {
    const common = loaded(configText(accounts, 'bob', { kinds, sections: { auth: doors.auth } }));
    const gateway = await startGateway(common);
    const side: Side = { tenant: 'ada', gateway, headers: { ...doors.byKey.ada } };
    const listener = await Listener.open(side);
    listener.subscribe('jobEvents', watching('jobEvents'));
    await until(() => isWhole(listener, 'jobEvents'), 'the snapshot', 20_000);
    await gateway.reload(loaded(configText(accounts, 'TENANTS', { kinds, sections: { auth: doors.auth } })));
    await until(() => listener.messages.some(({ type }) => type === 'complete'), 'to be sent away');
    const cursor = messagesOf(listener, 'jobEvents').at(-1)?.cursor;
    listener.text = '';
    listener.subscribe('back', watching('jobEvents'), { after: cursor });
    await until(() => isWhole(listener, 'back', 'jobEvents'), 'to come back', 20_000);
    happen('moving-3c');
    await until(() => listener.text.includes('moving-3c-ada-qarnot'), 'what comes', 20_000);
    expect(accounts.foreignIn(listener.text, 'ada')).toEqual([]);
    expect(listener.text).not.toContain('-bob-');
    listener.leave();
  }, 60_000);
});

it('no call was anybody’s but a tenant’s', () => {
  for (const kind of SANDBOX_KINDS) {
    const strangers = accounts.routers[kind].arrived.filter(({ account, headers }) => account === null && headers.authorization !== 'no-longer-good-1234'); // prettier-ignore
    expect(strangers).toEqual([]);
  }
});
