import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../live-transport/ws-client.ts';
import { Caller } from './caller.ts';
import { act, follow, identities, read, watch } from './drive-callers.ts';
import { callBack, findKeys, loseKeys, misplaced, reload } from './drive-operators.ts';
import { provoke } from './drive-providers.ts';
import { knock, knockOnSockets, strew } from './drive-strangers.ts';
import type { Leak } from './finder.ts';
import { GatewayProcess } from './gateway-process.ts';
import { buildHouse, type House } from './house.ts';

const READY = /Gridweave is ready: open (http:\/\/[^/]+)\/graphql/;
const METRICS = /"url":"(http:[^"]+)","msg":"metrics, health and readiness"/;

/** Something that came out, and what was found in it. */
interface Output {
  /** As the vault names places. */
  readonly place: string;
  readonly what: string;
  readonly bytes: string;
  readonly leaks: readonly Leak[];
}

let house: House;
const collected: Omit<Output, 'leaks'>[] = [];
let outputs: readonly Output[] = [];

function out(place: string, texts: Iterable<readonly [what: string, bytes: string]>): void {
  for (const [what, bytes] of texts) collected.push({ place, what, bytes });
}

const bytesOf = (place: string, what: string): string =>
  outputs.filter((output) => output.place === place && output.what === what).map(({ bytes }) => bytes).join(''); // prettier-ignore

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** The program as it is run in production, with everything that can be turned on; everything is done to it. */
async function serve() {
  const { secrets, configuration, folder } = house;
  const spans = join(folder, 'spans.jsonl');
  const gateway = new GatewayProcess({
    args: ['serve', '--config', configuration.path],
    env: { ...configuration.env, SPANS: spans },
    preload: ['./test/canary/tracing.ts'],
  });
  const callers: Caller[] = [];
  const open = async (url: string): Promise<Caller> => {
    const caller = await Caller.of(url);
    callers.push(caller);
    return caller;
  };
  try {
    const caller = await open(await gateway.told(READY));
    const metrics = await open(await gateway.told(METRICS));
    await loseKeys(caller, house);
    const watching = await watch(caller, secrets);
    const submitted = await act(caller, secrets);
    await until(() => watching.said().includes('canary-cage'), 'an event of what was submitted', 30_000);
    await strew(caller, secrets);
    await follow(caller, secrets);
    await findKeys(caller, house);
    const closed = await knockOnSockets(caller, secrets);
    const refused = await knock(caller, secrets);
    await provoke(caller, house);
    const callbacks = await callBack(caller, house);
    const outcomes = await read(caller, secrets);
    await reload(gateway, caller, house);
    for (const path of ['/metrics', '/ready', '/health', `/?token=${secrets.stray.query}`])
      await metrics.send(path);
    watching.leave();
    gateway.signal('SIGTERM');
    const exit = await gateway.end();
    const kept = [...(await filesIn(configuration.dataDirectory)), configuration.auditFile];
    for (const path of kept) out('files', [[path, await readFile(path, 'latin1')]]);
    const modes = await Promise.all(kept.map(async (path) => (await stat(path)).mode & 0o777));
    out('spans', [['all', await readFile(spans, 'latin1')]]);
    return { submitted, refused, closed, callbacks, outcomes, exit, kept, modes };
  } finally {
    await gateway.kill();
    out('log', [['JSON', gateway.stdout], ['stderr', gateway.stderr]]); // prettier-ignore
    for (const caller of callers) {
      out('callers', caller.everything);
      await caller.close();
    }
  }
}

/** The same for people. It ends in a fault that nobody catches, in the middle of a request. */
async function crash(): Promise<number | null> {
  const { secrets, configuration, folder } = house;
  const { data: _data, audit: _audit, ...rest } = JSON.parse(configuration.text) as Record<string, unknown>;
  const path = join(folder, 'pretty.yaml');
  await writeFile(path, JSON.stringify({ ...rest, log: { level: 'trace', pretty: true } }));
  const gateway = new GatewayProcess({
    args: ['serve', '--config', path],
    env: configuration.env,
    preload: ['./test/canary/fault.ts'],
  });
  let caller: Caller | null = null;
  try {
    caller = await Caller.of(await gateway.told(READY));
    await knock(caller, secrets);
    const dying = caller.ask('{ jobs { nodes { id } } }', {}, identities(secrets).bringing).catch(() => {});
    gateway.signal('SIGUSR2');
    await dying;
    return await gateway.end();
  } finally {
    await gateway.kill();
    out('log', [['for people', gateway.stdout], ['crash', gateway.stderr]]); // prettier-ignore
    out('callers', caller?.everything ?? []);
    await caller?.close();
  }
}

/** The other commands. */
async function command(): Promise<void> {
  const { configuration, secrets, folder } = house;
  const broken = await Promise.all(
    misplaced(configuration.text, secrets).map(async (text, i) => {
      const path = join(folder, `broken-${String(i)}.yaml`);
      await writeFile(path, text);
      return path;
    }),
  );
  const config = ['--config', configuration.path];
  const commands = [
    ['check', '--print-config', ...config],
    ['check', ...config],
    ['doctor', ...config],
    ['doctor', '--json', ...config],
    ['keys', 'create', '--id', 'new'],
    ...broken.map((path) => ['serve', '--config', path]),
    ...broken.map((path) => ['doctor', '--config', path]),
  ];
  const run = new GatewayProcess({
    args: [],
    module: 'test/canary/commands.ts',
    env: { ...configuration.env, COMMANDS: JSON.stringify(commands) },
  });
  try {
    await run.end();
  } finally {
    await run.kill();
    out('commands', [['stdout', run.stdout], ['stderr', run.stderr]]); // prettier-ignore
  }
}

let served: Awaited<ReturnType<typeof serve>>;
let crashed: number | null;

beforeAll(async () => {
  house = await buildHouse();
  [served, crashed] = await Promise.all([serve(), crash(), command()]);
  const { finder } = house.vault;
  for (const [key, { sent }] of house.taps) out(key, sent.map((bytes) => ['a request', bytes])); // prettier-ignore
  // What providers and the program gave out is secret as well.
  for (const text of house.taps.get('gpu')?.received ?? []) {
    for (const [, token = ''] of text.matchAll(/"(?:access|id|refresh)_?token":"([^"]+)"/gi)) {
      house.vault.keep('token that gpu gave', token.split('.').at(-1) ?? '', ['gpu']);
    }
  }
  const created = collected.map(({ bytes }) => /\bgw_new_([\w-]{43})\b/.exec(bytes)?.[1]).find(Boolean) ?? '';
  house.vault.keep('key that was created', created, ['commands']);
  outputs = collected.map((output) => ({ ...output, leaks: finder.find(output.bytes) }));
}, 180_000);

afterAll(() => house.close());

/** Which secrets are where they do not belong. */
function strays(isThere: (place: string) => boolean): object[] {
  return outputs.filter(({ place }) => isThere(place)).flatMap(({ place, what, leaks }) => {
    const belongs = house.vault.belongsTo(place);
    return leaks.filter(({ secret }) => !belongs(secret)).map((leak) => ({ place, what, ...leak }));
  }); // prettier-ignore
}

describe('secrets', () => {
  it('are in nothing that the program tells, writes or keeps', () => {
    expect(strays((place) => !house.taps.has(place))).toEqual([]);
  });

  it('are sent to the providers that they are for, and to no other', () => {
    expect(strays((place) => house.taps.has(place))).toEqual([]);
    expect(house.trapped).toEqual([]);
  });

  it('were there: each has come where it belongs', () => {
    const arrived = new Set(
      outputs.flatMap(({ place, leaks }) => leaks.map(({ secret }) => `${secret} at ${place}`)),
    );
    const expected = house.vault.placed.flatMap(([secret, places]) =>
      places.map((place) => `${secret} at ${place}`),
    );
    expect(expected.filter((one) => !arrived.has(one))).toEqual([]);
  });

  it('are shown once when they are made, and their hash beside them', () => {
    const key = /\bgw_new_[\w-]{43}\b/.exec(bytesOf('commands', 'stdout'))?.[0] ?? '';
    expect(bytesOf('commands', 'stdout').split(key)).toHaveLength(2);
    expect(bytesOf('commands', 'stderr')).not.toContain(key);
  });
});

describe('what was done', () => {
  it('let everybody in who is somebody, with their own credentials', () => {
    const { outcomes, submitted, kept } = served;
    const all = { lab: 'OK', basic: 'OK', cloud: 'OK', gpu: 'OK', grid: 'OK', pair: 'OK' };
    const { cloud: _cloud, ...withoutCloud } = all;
    expect(outcomes).toMatchObject({
      ops: all,
      acme: all,
      umbra: withoutCloud,
      reader: all,
      ada: all,
      bringing: { ...all, grid: 'UNAUTHORIZED' },
      mistaken: { ...all, lab: 'UNAUTHORIZED', gpu: 'UNAUTHORIZED' },
    });
    expect(new Set(Object.values(submitted))).toEqual(new Set(['CREATED']));
    expect(kept.join()).toMatch(/intents\.jsonl.*events.*known.*audit\.jsonl/s);
  });

  it('let nobody else in', () => {
    const { refused, closed, callbacks } = served;
    expect(new Set(refused)).toEqual(new Set([401]));
    expect(closed).toEqual([4401, 4403, 4401, 4401, 4401, 4400, 4400, 4400, 4400, 4400, 4429]);
    expect(callbacks).toEqual([200, 200, 400, 400, 400, 401, 401, 401]);
  });

  it('left files for nobody else, words in every place, and no process', () => {
    expect(served.modes.filter((mode) => mode !== 0o600)).toEqual([]);
    expect([served.exit, crashed]).toEqual([0, 1]);
    const words: [string, string, RegExp][] = [
      ['log', 'JSON', /"level":20.*upstream.*"audit":true/s],
      ['log', 'for people', /not let in/],
      ['log', 'crash', /a fault of the test/],
      ['spans', 'all', /"graphql\.operation\.name":"Lists".*url\.template/s],
      ['commands', 'stdout', /credential:.*VERDICT.*"checks".*gw_new_/s],
      ['commands', 'stderr', /has \d+ problems/],
    ];
    expect(words.filter(([place, what, pattern]) => !pattern.test(bytesOf(place, what)))).toEqual([]);
  });
});
