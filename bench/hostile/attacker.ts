/** The process that attacks, as it is told. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Refusal, Target } from './attack.ts';
import { ATTACKS, KEYS, SIEGES } from './attacks.ts';
import { HARMLESS } from './http-attacks.ts';

export type AttackerOrder =
  /** One after the other, `times` or until `forMs` have passed. */
  | {
      readonly do: 'STRIKE';
      readonly name: string;
      readonly target: Target;
      readonly times: number;
      readonly forMs: number;
    }
  /** At its own rate, whatever became of those before. */
  | { readonly do: 'KEEP_ON'; readonly name: string; readonly target: Target; readonly forMs: number }
  /** A key that is used for the first time costs more than the attack. */
  | { readonly do: 'GREET'; readonly target: Target }
  | { readonly do: 'BESIEGE'; readonly name: string; readonly target: Target }
  | { readonly do: 'LET_GO' };

export interface Struck {
  readonly times: number;
  /** How long it took, in milliseconds. */
  readonly tookMs: number;
  /** The last one. */
  readonly refusal: Refusal | null;
}

let held: { end(): Promise<Refusal> } | null = null;

const attackNamed = (name: string) => [...ATTACKS, ...KEYS].find((attack) => attack.name === name)!;

async function obey(order: AttackerOrder): Promise<Struck> {
  const began = performance.now();
  let times = 0;
  let refusal: Refusal | null = null;
  if (order.do === 'GREET') await HARMLESS[0]!.strike(order.target);
  else if (order.do === 'STRIKE') {
    const attack = attackNamed(order.name);
    while (times < order.times && performance.now() - began < order.forMs) {
      refusal = await attack.strike(order.target);
      times += 1;
    }
  } else if (order.do === 'KEEP_ON') {
    const attack = attackNamed(order.name);
    const underWay: Promise<void>[] = [];
    for (; performance.now() - began < order.forMs; times++) {
      underWay.push(attack.strike(order.target).then((one) => void (refusal = one)));
      const dueMs = ((times + 1) * 1_000) / attack.perSecond - (performance.now() - began);
      await pause(Math.max(0, dueMs));
    }
    await Promise.all(underWay);
  } else if (order.do === 'BESIEGE') {
    const siege = SIEGES.find(({ name }) => name === order.name)!;
    held = await siege.begin(order.target);
    times = siege.connections;
  } else {
    refusal = (await held?.end()) ?? null;
    held = null;
  }
  return { times, tookMs: performance.now() - began, refusal };
}

process.on('message', (order: AttackerOrder) => void obey(order).then((struck) => process.send?.(struck)));
process.on('disconnect', () => process.exit());
process.send?.('ready');
