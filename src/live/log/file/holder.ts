import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';

/** Which process holds a directory, told so that another one can find out whether it still lives. */
export interface Holder {
  /** Random: one holding of one process. */
  readonly token: string;
  readonly pid: number;
  readonly host: string;
  /** See `thisBoot`. Null, like the next two, on systems other than Linux. */
  readonly boot: string | null;
  /** Process ids mean something within one of these only; containers have their own. */
  readonly pidNamespace: string | null;
  /** When the process started, in ticks since the machine did: tells it from a later one with its pid. */
  readonly startTicks: string | null;
}

export const holderShape = z.object({
  token: z.string(),
  pid: z.int().min(1),
  host: z.string(),
  boot: z.string().nullable(),
  pidNamespace: z.string().nullable(),
  startTicks: z.string().nullable(),
});

/** Names the time since this machine started; null where the system has no such name. */
export async function thisBoot(): Promise<string | null> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch {
    return null;
  }
}

/** This process. */
export async function thisHolder(token: string): Promise<Holder> {
  return {
    token,
    pid: process.pid,
    host: hostname(),
    boot: await thisBoot(),
    pidNamespace: await readlink('/proc/self/ns/pid').catch(() => null),
    startTicks: await startTicksOf(process.pid),
  };
}

/**
 * Whether another holder lives, as `me` can see it. UNSEEN: in another container, or on another machine; only a sign of
 * life can tell.
 */
export async function lookFor(holder: Holder, me: Holder): Promise<'ALIVE' | 'DEAD' | 'UNSEEN'> {
  if (holder.boot !== me.boot) {
    // A machine of the same name that has started anew since has none of its old processes.
    return holder.host === me.host && holder.boot !== null && me.boot !== null ? 'DEAD' : 'UNSEEN';
  }
  if (holder.pidNamespace !== me.pidNamespace) return 'UNSEEN';
  if (holder.boot === null && holder.host !== me.host) return 'UNSEEN';
  if (!isRunning(holder.pid)) return 'DEAD';
  const startTicks = await startTicksOf(holder.pid);
  return startTicks === holder.startTicks ? 'ALIVE' : 'DEAD';
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function startTicksOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
    // The second field is the program's name in parentheses, which may hold blanks; the 22nd is the time of its start.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
