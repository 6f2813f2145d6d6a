import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { AttackerOrder } from './attacker.ts';
import type { CallerOrder } from './caller.ts';

/** Starts a file of this folder, and waits for its first message. PROFILE names a folder for CPU profiles of the gateway. */
export async function launch<Greeting>(
  file: string,
  env: Record<string, string> = {},
): Promise<[ChildProcess, Greeting]> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const folder = file === 'gateway.ts' ? process.env['PROFILE'] : undefined;
  const profile = folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
  const child = fork(path, {
    execArgv: [...profile, '--import', 'tsx'],
    env: { ...process.env, NODE_ENV: 'production', ...env },
  });
  const failed = once(child, 'exit').then(() => Promise.reject(new Error(`${file} ended before it began`)));
  const [greeting] = (await Promise.race([once(child, 'message'), failed])) as [Greeting];
  failed.catch(() => {});
  return [child, greeting];
}

/** Gives an order, and waits for what comes of it. One at a time. */
export async function ask<Answer>(
  child: ChildProcess,
  order: AttackerOrder | CallerOrder | 'SPENT',
): Promise<Answer> {
  const answered = once(child, 'message') as Promise<[Answer]>;
  child.send(order);
  return (await answered)[0];
}

export async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.disconnect();
  await gone;
}
