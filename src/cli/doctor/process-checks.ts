import { readFile } from 'node:fs/promises';
import type { LoadedConfig } from '../../config/config.ts';
import { fail, ok, skipped, warn, type Finding } from './finding.ts';

/** The oldest that package.json admits. */
const OLDEST = [20, 19] as const;
/** Descriptors for everything that is no connection: files, timers of the system, providers that are called anew. */
const SPARE = 256;

/** What the gateway runs on. */
export function checkNode(version: string = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOldEnough = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  return isOldEnough
    ? ok('node', version, 'This version of Node is supported.')
    : fail('node', version, 'This version of Node is too old.', `Install Node ${OLDEST.join('.')} or newer.`);
}

/** Whether as many connections as the configuration admits can be open at the same time. */
export async function checkOpenFiles(
  config: LoadedConfig,
  readLimits: () => Promise<string> = () => readFile('/proc/self/limits', 'utf8'),
): Promise<Finding> {
  const limit = softLimit(await readLimits().catch(() => ''));
  const toProviders = config.providers
    .filter(({ enabled }) => enabled)
    .reduce((sum, { upstream }) => sum + upstream.maxConnections, 0);
  const needed = config.live.maxConnections + toProviders + SPARE;
  const subject = 'open files';
  if (limit === null) return skipped('limits', subject, 'This system does not tell its limit.');
  if (limit >= needed) {
    return ok('limits', subject, `${spell(limit)} may be open, and at most ${String(needed)} are needed.`);
  }
  return warn(
    'limits',
    subject,
    `${spell(limit)} may be open, but live.maxConnections and the providers need up to ${String(needed)}.`,
    `Raise the limit (ulimit -n ${String(needed)}, or LimitNOFILE of the service), or lower live.maxConnections.`,
  );
}

function softLimit(limits: string): number | null {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  if (soft === undefined) return null;
  return soft === 'unlimited' ? Infinity : Number(soft);
}

function spell(limit: number): string {
  return limit === Infinity ? 'Any number of files' : `${String(limit)} files`;
}
