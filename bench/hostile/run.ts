/**
 * What hostile requests cost the gateway, and what a caller who does no wrong notices of them. The gateway, its providers,
 * the caller and the attacker are processes of their own; CPU time is that of the gateway's process with all its threads.
 * Each attack has a key of its own, and with it the limits of a caller. First it is done a few times while nothing else
 * happens: what one costs. Then, for those that cost most, the caller asks what runs now, 20 times a second: in a quiet moment, while the attack
 * comes at a rate that is bounded, while it comes as fast as one connection can, and in another quiet moment. Bounded,
 * loopback only; ends by itself, and names what it did not come to.
 *
 * SECONDS (85), DEAREST (8: of how many the caller's latency is looked at), ROUNDS (1), WINDOW_MS (600), PER_SECOND (20),
 * ONLY (a part of a name) and MARKDOWN in the environment.
 */
import { cpus, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { start } from '../process.ts';
import type { Attack, Siege, Target } from './attack.ts';
import { ATTACKS, KEYS, SIEGES } from './attacks.ts';
import type { Struck } from './attacker.ts';
import type { CallerOrder, Served } from './caller.ts';
import type { GatewayGreeting, GatewaySpent } from './gateway.ts';
import { ask, end, launch } from './processes.ts';
import { at, median, print, Row } from './row.ts';

const setting = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const ENDS_AT = performance.now() + 1_000 * setting('SECONDS', 85);
const ROUNDS = setting('ROUNDS', 1);
const WINDOW_MS = setting('WINDOW_MS', 600);
const DEAREST = setting('DEAREST', 8);
const PER_SECOND = setting('PER_SECOND', 20);
const ONLY = process.env['ONLY'] ?? '';
/** What one costs is looked at three times: so many goes, or so long, in milliseconds. */
const COST = { parts: 3, times: 20, forMs: 70 };
const FOR_EVER = Number.MAX_SAFE_INTEGER;

const wanted = <T extends { readonly name: string }>(all: readonly T[]) => all.filter(({ name }) => name.includes(ONLY)); // prettier-ignore
const rowed = (attack: Attack) => ({ attack, row: new Row(attack.name, `${String(attack.perSecond)}/s`) });
const attacks = wanted(ATTACKS).map(rowed);
const tries = wanted(KEYS).map(rowed);
const sieges = wanted(SIEGES).map((siege) => ({ siege, row: new Row(siege.name, `${String(siege.connections)} open`) })); // prettier-ignore

/** One for the caller, one for each attack, and two for those who arrive in each round. */
const keysNeeded = 1 + attacks.length + sieges.length + 2 * ROUNDS;
const upstream = await start('./upstream.ts');
const [gateway, { url, keys }] = await launch<GatewayGreeting>('gateway.ts', {
  UPSTREAMS: upstream.line,
  KEYS: String(keysNeeded),
});
const [caller] = await launch<string>('caller.ts');
const [attacker] = await launch<string>('attacker.ts');

const unused = [...keys];
const nextKey = (): string => unused.pop() ?? '';
const servedKey = nextKey();
const targets = new Map([...attacks, ...sieges].map(({ row }) => [row.name, { url, key: nextKey() }]));
const targetOf = (name: string): Target => targets.get(name) ?? { url, key: '' };
const spent = () => ask<GatewaySpent>(gateway, 'SPENT');
const strikes = (name: string, times: number, forMs: number) => ask<Struck>(attacker, { do: 'STRIKE', name, target: targetOf(name), times, forMs }); // prettier-ignore

async function watched<T>(
  row: Row,
  into: 'quiet' | 'during' | 'flatOut',
  action: () => Promise<T>,
): Promise<T> {
  await ask<Served>(caller, { do: 'TAKE' });
  const result = await action();
  row.notice(into, await ask<Served>(caller, { do: 'TAKE' }));
  return result;
}

const quiet = (row: Row) => watched(row, 'quiet', () => pause(WINDOW_MS / 2));
const begin = () =>
  caller.send({ do: 'BEGIN', url, key: servedKey, perSecond: PER_SECOND } satisfies CallerOrder);
const stop = () => ask<string>(caller, { do: 'STOP' });

async function cost(row: Row, { name }: Attack): Promise<void> {
  if (targets.has(name)) await ask<Struck>(attacker, { do: 'GREET', target: targetOf(name) });
  for (let part = 0; part < COST.parts; part++) {
    const before = await spent();
    const struck = await strikes(name, COST.times, COST.forMs);
    row.cpuMs.push(((await spent()).cpuMs - before.cpuMs) / struck.times);
    row.take(struck);
  }
}

async function strike(row: Row, { name }: Attack): Promise<void> {
  begin();
  await quiet(row);
  await watched(row, 'during', () =>
    ask<Struck>(attacker, { do: 'KEEP_ON', name, target: targetOf(name), forMs: WINDOW_MS }),
  );
  const struck = await watched(row, 'flatOut', () => strikes(name, FOR_EVER, WINDOW_MS));
  row.perSecond.push(struck.times / (struck.tookMs / 1_000));
  row.take(struck);
  await quiet(row);
  await stop();
}

async function besiege(row: Row, { name, connections }: Siege): Promise<void> {
  await ask<Struck>(attacker, { do: 'GREET', target: targetOf(name) });
  begin();
  await quiet(row);
  const before = await spent();
  await watched(row, 'during', async () => {
    await ask<Struck>(attacker, { do: 'BESIEGE', name, target: targetOf(name) });
    await pause(3 * WINDOW_MS);
  });
  row.cpuMs.push(((await spent()).cpuMs - before.cpuMs) / connections);
  row.take(await ask<Struck>(attacker, { do: 'LET_GO' }));
  await quiet(row);
  await stop();
}

/** Somebody whose key must be hashed first, while nothing happens, and while others try keys as fast as they can. */
async function arrive(): Promise<{ readonly quietMs: number; readonly duringMs: number }> {
  const arriving = () => ask<number>(caller, { do: 'ARRIVE', url, key: nextKey() });
  const quietMs = await arriving();
  const trying = strikes(KEYS[0]?.name ?? '', FOR_EVER, WINDOW_MS);
  await pause(100);
  const duringMs = await arriving();
  await trying;
  return { quietMs, duringMs };
}

const missed = new Set<string>();
async function inTime(name: string, action: () => Promise<void>): Promise<void> {
  if (performance.now() > ENDS_AT) missed.add(name);
  else await action();
}

try {
  begin();
  await pause(2_000);
  await stop();
  const rssBefore = (await spent()).rssBytes;
  const load = (loadavg()[0] ?? 0).toFixed(1);
  const arrivals: Awaited<ReturnType<typeof arrive>>[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    for (const { attack, row } of attacks) await inTime(row.name, () => cost(row, attack));
    const dearest = attacks.toSorted((a, b) => median(b.row.cpuMs) - median(a.row.cpuMs)).slice(0, DEAREST);
    for (const { attack, row } of dearest) await inTime(row.name, () => strike(row, attack));
    for (const { siege, row } of sieges) await inTime(row.name, () => besiege(row, siege));
    // Last: tries that were used up are missed by whoever comes after.
    if (tries.length > 0) await inTime('who arrives', async () => void arrivals.push(await arrive()));
    for (const { attack, row } of tries) {
      await inTime(row.name, () => cost(row, attack).then(() => strike(row, attack)));
    }
    process.stderr.write(`round ${String(round)} of ${String(ROUNDS)}\n`);
  }
  const rows = [...attacks, ...tries, ...sieges].map(({ row }) => row);
  const undisturbed = rows.flatMap((row) => row.quiet);
  console.log(
    `The caller alone: p50 ${median(undisturbed).toFixed(1)} ms, p95 ${at(undisturbed, 0.95).toFixed(1)} ms, p99 ${at(undisturbed, 0.99).toFixed(1)} ms, ${String(PER_SECOND)} queries/s. Windows of ${String(WINDOW_MS)} ms, rounds: ${String(ROUNDS)}.`,
  );
  console.log(`${String(cpus().length)} cores, load ${load} before it began, Node ${process.version}.\n`);
  const reached = rows.filter(({ cpuMs }) => cpuMs.length > 0);
  const held = new Set(sieges.map(({ row }) => row));
  print('attack', reached.filter((row) => !held.has(row))); // prettier-ignore
  print('held, cost of each connection', reached.filter((row) => held.has(row))); // prettier-ignore
  if (arrivals.length > 0) {
    const [alone, amidst] = [
      arrivals.map(({ quietMs }) => quietMs),
      arrivals.map(({ duringMs }) => duringMs),
    ];
    console.log(
      `Who comes for the first time, from another address, so that the key must be hashed: ${median(alone).toFixed(0)} ms; ${median(amidst).toFixed(0)} ms while wrong keys are tried.`,
    );
  }
  const megabytes = (bytes: number) => (bytes / 1_000_000).toFixed(0);
  console.log(`Memory of the gateway: ${megabytes(rssBefore)} MB before, ${megabytes((await spent()).rssBytes)} MB after.`); // prettier-ignore
  if (missed.size > 0) console.log(`No time was left for: ${[...missed].join(', ')}. SECONDS gives more.`);
} finally {
  for (const child of [attacker, caller, gateway]) await end(child);
  upstream.stop();
}
