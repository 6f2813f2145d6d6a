/** One submission whose process ends at one of its operations, and what the next process makes of it. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SubmitResult } from '../../src/act/outcome.ts';
import { stampOf } from '../../src/act/stamp.ts';
import type { NativeKey } from '../../src/model/ids.ts';
import type { FastClock } from './fast-clock.ts';
import { Gateway, SCOPE } from './gateway.ts';
import { Lifeline, type Death } from './lifeline.ts';
import type { Proxy } from './proxy.ts';
import { keeperOf, type Keeping } from './stores.ts';
import { PROVIDER, SPEC, type Running, type Subject } from './subjects.ts';

export interface Scene {
  readonly subject: Subject;
  readonly running: Running;
  readonly proxy: Proxy;
  readonly clock: FastClock;
  readonly keeping: Keeping;
  readonly directory: string;
  readonly timeoutMs: number;
  readonly onFault: (fault: unknown) => void;
}

export interface Aftermath {
  /** What the process did before it ended. */
  readonly operations: readonly string[];
  /** What a repeat of the call was told at last. */
  readonly outcome: SubmitResult['outcome'];
  /** The job can be read by a process that has only what was kept. */
  readonly isReadable: boolean;
}

const MAX_REPEATS = 60;

export function stampOfKey(key: string): string {
  return stampOf(SCOPE, PROVIDER, key, null).id;
}

export async function dieAndRepeat(scene: Scene, key: string, death: Death | null): Promise<Aftermath> {
  const keeper = keeperOf(scene.keeping, scene.clock, join(scene.directory, `${key}.jsonl`));
  const born = async (life: Lifeline): Promise<Gateway> =>
    new Gateway({ ...scene, url: scene.proxy.url, store: await keeper.open(), life });

  const life = new Lifeline(death);
  const first = await born(life);
  const done = first.act.start().then(() => first.submit(SPEC, key));
  await Promise.race([done, life.died]);
  // What was on its way when it ended is so a moment longer.
  if (death?.moment === 'DURING') await delay(20);
  await first.abandon();

  const second = await born(new Lifeline());
  try {
    await second.act.start();
    let result = await second.submit(SPEC, key);
    for (let repeat = 0; repeat < MAX_REPEATS && result.outcome !== 'CREATED'; repeat += 1) {
      if (scene.subject.once === 'NONE' && isForEver(result)) break;
      await delay(100);
      result = await second.submit(SPEC, key);
    }
    const isReadable = result.outcome === 'CREATED' && (await isRead(second, result.keys));
    return { operations: life.operations, outcome: result.outcome, isReadable };
  } finally {
    await second.close();
    await keeper.close();
  }
}

/** Whether it can be read, at the latest when every provider shows what it has. */
async function isRead(gateway: Gateway, keys: readonly NativeKey[]): Promise<boolean> {
  for (let look = 0; look < MAX_REPEATS; look += 1) {
    const { found } = await gateway.adapter.get('job', keys, gateway.caller.read.call);
    if (keys.length > 0 && keys.every((key) => found.has(key))) return true;
    await delay(50);
  }
  return false;
}

/** Nobody can ever say: no other process is at it, and there is nothing to wait for. */
function isForEver({ outcome, refusals: [refusal] }: SubmitResult): boolean {
  if (outcome !== 'UNKNOWN' || refusal?.type !== 'FAILED') return false;
  return refusal.error.details.retryAfterMs === undefined;
}
