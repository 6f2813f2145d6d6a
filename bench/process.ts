import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Started {
  readonly line: string;
  /** From spawning to its first line, in milliseconds. */
  readonly startMs: number;
  stop(): void;
}

/** Starts a file of this folder and waits for the one line it prints. */
export async function start(file: string, env: Record<string, string> = {}): Promise<Started> {
  const begun = performance.now();
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', path], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout! });
  for await (const line of lines)
    return { line, startMs: performance.now() - begun, stop: () => void child.kill() };
  throw new Error(`${file} ended without a word`);
}
