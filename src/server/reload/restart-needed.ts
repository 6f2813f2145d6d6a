import { isDeepStrictEqual } from 'node:util';
import type { LimitsConfig, LoadedConfig } from '../../config/config.ts';

/** Limits that every operation looks up anew when it begins. The others are built into what parses and validates. */
const LIVE_LIMITS = [
  'requestTimeoutMs',
  'maxPageSize',
  'maxUpstreamCalls',
  'maxLogBytes',
  'requestsPerSecond',
  'requestBurst',
  'costPerMinute',
  'maxOperationsPerIdentity',
  'maxConnectionsPerIdentity',
  'maxPendingConnectionsPerNetwork',
] as const;

/** The limits in force, with what can be taken over of others while the gateway runs. */
export function takeOverLimits(inForce: LimitsConfig, next: LimitsConfig): LimitsConfig {
  const taken = Object.fromEntries(LIVE_LIMITS.map((name) => [name, next[name]]));
  return { ...inForce, ...taken };
}

/** Not compared: what is no section of the file, and what has a way of its own to be taken over. */
const ELSEWHERE: ReadonlySet<string> = new Set(['source', 'overrides', 'warnings', 'providers', 'limits', 'operations', 'auth', 'log']); // prettier-ignore

/** The parts of a configuration that differ from what is in force and need a restart, as the file names them. */
export function restartNeeded(inForce: LoadedConfig, next: LoadedConfig): string[] {
  const differing = (a: object, b: object): string[] => {
    const others = new Map<string, unknown>(Object.entries(b));
    return Object.entries(a)
      .filter(([name, value]) => !isDeepStrictEqual(value, others.get(name)))
      .map(([name]) => name);
  };
  const sections = differing(inForce, next).filter((name) => !ELSEWHERE.has(name));
  const limits = differing(takeOverLimits(inForce.limits, next.limits), next.limits);
  // Who was kept out would be let in, on an address that was chosen for a gateway with a door.
  const auth = inForce.auth !== null && next.auth === null ? ['auth'] : [];
  const log = inForce.log.pretty === next.log.pretty ? [] : ['log.pretty'];
  return [...sections, ...limits.map((name) => `limits.${name}`), ...auth, ...log];
}
