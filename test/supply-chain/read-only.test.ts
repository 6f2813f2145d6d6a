import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { layImageTree } from './image-tree.ts';
import { manifestAt } from './lockfile.ts';

/**
 * Node itself refuses what is not allowed here: writing anywhere but to one folder, starting programs or threads, loading
 * machine code. That holds for root as well, and needs nothing of the machine that the tests run on.
 */
function rules(writable: readonly string[]): string[] {
  const known = process.allowedNodeEnvironmentFlags;
  return [
    known.has('--permission') ? '--permission' : '--experimental-permission',
    ...(known.has('--allow-net') ? ['--allow-net'] : []),
    '--allow-fs-read=*',
    ...writable.map((folder) => `--allow-fs-write=${folder}`),
  ];
}

interface Started {
  readonly process: ChildProcess;
  /** What it has written so far. */
  readonly lines: readonly string[];
  readonly ended: Promise<number | null>;
}

let folder = '';
let app = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gridweave-image-'));
  app = join(folder, 'app');
  await layImageTree(app);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts the command of the image: no HOME, nothing of this environment, and a folder where nothing can be written. */
function start(writable: readonly string[], env: Readonly<Record<string, string>>): Started {
  const args = [...rules(writable), join(app, 'dist/cli.js'), 'serve'];
  const child = spawn(process.execPath, args, { cwd: '/', env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { process: child, lines, ended };
}

/** The address it says it is ready at. Fails when it ends before. */
async function ready({ lines, ended, process: child }: Started): Promise<string> {
  let code: number | null | undefined;
  void ended.then((end) => (code = end));
  for (;;) {
    const url = /open (http:\S+)\/graphql/.exec(lines.join('\n'))?.[1];
    if (url !== undefined) return url;
    if (code !== undefined || child.exitCode !== null) throw new Error(`it ended: ${lines.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function ask(url: string, query: string): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return ((await response.json()) as { data: unknown }).data;
}

describe('the program of the image', { timeout: 60_000 }, () => {
  it('imports nothing that the image leaves out', async () => {
    const files = (await readdir(join(app, 'dist'), { recursive: true })).filter((file) =>
      file.endsWith('.js'),
    );
    const texts = await Promise.all(files.map((file) => readFile(join(app, 'dist', file), 'utf8')));
    const named = texts.flatMap((text) => [
      ...text.matchAll(/(?:\bfrom|\bimport|\bimport\() ?'([@a-z][\w@/.:-]*)'/g),
    ]);
    const packages = named.map(([, name = '']) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
    const { tsx, ...kept } = manifestAt('package.json')!.dependencies;
    expect(tsx).toBeDefined();
    expect(packages.filter((name) => !isBuiltin(name) && !(name in kept))).toEqual([]);
    expect(packages).toEqual(expect.arrayContaining(['graphql-yoga', 'pino-pretty', 'undici']));
  });

  it('runs where nothing can be written, no program started and no home is', async () => {
    const gateway = start([], {
      NODE_ENV: 'production',
      GRIDWEAVE_CONFIG: join(app, 'gridweave.yaml'),
      HOST: '127.0.0.1',
      PORT: '0',
    });
    const url = await ready(gateway);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(await ask(url, '{ jobs(first: 1) { nodes { __typename } } }')).toEqual({
      jobs: { nodes: [{ __typename: 'Job' }] },
    });
    gateway.process.kill('SIGTERM');
    expect([await gateway.ended, gateway.lines.filter((line) => line.includes('restricted'))]).toEqual([
      0,
      [],
    ]);
  });

  it('writes to its data directory, its audit file, and nothing else', async () => {
    const config = join(folder, 'gridweave.yaml');
    const data = await mkdtemp(join(folder, 'data-'));
    const sections = {
      sandbox: {},
      server: { port: 0 },
      metrics: { port: 0 },
      data: { directory: join(data, 'kept') },
      audit: { file: join(data, 'audit.jsonl') },
    };
    await writeFile(config, JSON.stringify(sections));
    const env = { NODE_ENV: 'production', GRIDWEAVE_CONFIG: config };
    const gateway = start([data], env);
    const url = await ready(gateway);
    const spec = '{ name: "once", image: "busybox:1.37", command: ["true"], resources: { cpuMillis: 1000 } }';
    const input = `{ idempotencyKey: "read-only-root", provider: "qarnot", spec: ${spec} }`;
    expect(await ask(url, `mutation { submitJob(input: ${input}) { outcome } }`)).toEqual({
      submitJob: { outcome: 'CREATED' },
    });
    gateway.process.kill('SIGTERM');
    expect(await gateway.ended).toBe(0);
    expect((await readdir(data, { recursive: true })).toSorted()).toEqual(
      expect.arrayContaining(['audit.jsonl', 'kept', 'kept/events', 'kept/intents/intents.jsonl']),
    );

    // The same without the right to write there: it says so and ends, instead of running on without what was asked for.
    const other = start([], env);
    expect(await other.ended).not.toBe(0);
  });
});
