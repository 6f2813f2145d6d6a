import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface ProcessOptions {
  readonly args: readonly string[];
  /** What is run. Default: the program. */
  readonly module?: string;
  readonly env: Readonly<Record<string, string>>;
  /** Modules that are loaded before the program. */
  readonly preload?: readonly string[];
}

/** The program as its own process, with everything that it writes. */
export class GatewayProcess {
  stdout = '';
  stderr = '';
  /** Set when it has ended. */
  ended: { readonly code: number | null; readonly signal: string | null } | null = null;
  readonly #child;

  constructor({ args, env, preload = [], module = 'src/cli.ts' }: ProcessOptions) {
    const imports = ['tsx', ...preload].flatMap((name) => ['--import', name]);
    const { PATH = '', HOME = '', TMPDIR = '' } = process.env;
    this.#child = spawn(process.execPath, [...imports, module, ...args], {
      cwd: ROOT,
      // Nothing else of the environment: its secrets are all named.
      env: { PATH, HOME, ...(TMPDIR === '' ? {} : { TMPDIR }), NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout.on('data', (chunk: Buffer) => (this.stdout += chunk.toString('latin1')));
    this.#child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString('latin1')));
    this.#child.on('close', (code, signal) => (this.ended = { code, signal }));
  }

  /** The first group of a pattern in what it has written since. Rejects when it ends without that. */
  async told(pattern: RegExp, since = 0): Promise<string> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const match = pattern.exec(this.stdout.slice(since));
      if (match !== null) return match[1] ?? match[0];
      if (this.ended !== null || Date.now() > deadline) {
        throw new Error(`it did not say ${String(pattern)}: ${this.stdout.slice(-1_000)}${this.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Its exit code; null when a signal ended it. */
  async end(): Promise<number | null> {
    if (this.ended === null) await once(this.#child, 'close');
    return this.ended?.code ?? null;
  }

  async kill(): Promise<void> {
    if (this.ended !== null) return;
    this.#child.kill('SIGKILL');
    await this.end();
  }
}
