import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SANDBOX_TOKEN } from '../../src/sandbox/qarnot/emulator.ts';
import { WsClient, until } from '../live-transport/ws-client.ts';
import { startClient, type Client } from '../support/qarnot-client.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WATCH = 'subscription { jobEvents(filter: { providers: ["a"] }) { __typename } }';

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly [more: string]: unknown;
}

/** A gateway in a process of its own, with everything that it logs. */
async function serve(file: string) {
  const args = ['--import', 'tsx', 'src/cli.ts', 'serve', '--config', file];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  // Also when the test fails half-way.
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: Line[] = [];
  createInterface({ input: child.stdout }).on('line', (text) => lines.push(JSON.parse(text) as Line));
  const ready = await until(
    () => lines.find(({ msg }) => msg.startsWith('Gridweave is ready')),
    'it to be ready',
    30_000,
  );
  let read = lines.length;
  return {
    url: ready.msg.replace(/.*(http:\S+)\/graphql/, '$1'),
    child,
    /** The next line with this message; a few seconds are the debounce and a busy machine. */
    line: async (msg: string): Promise<Line> => {
      const found = await until(
        () => lines.slice(read).find((line) => line.msg.includes(msg)),
        `"${msg}"`,
        15_000,
      );
      read = lines.indexOf(found) + 1;
      return found;
    },
    errors: () => lines.filter(({ level }) => level >= 50),
  };
}

describe('a gateway whose configuration changes', { timeout: 90_000 }, () => {
  it('takes it over when the file is replaced, and on SIGHUP; refuses one that is wrong; is not interrupted', async () => {
    const [a, b] = [await startClient(), await startClient()];
    const folder = await mkdtemp(join(tmpdir(), 'gridweave-serve-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const [file, secret] = [join(folder, 'gridweave.yaml'), join(folder, 'token')];
    const entry = (key: string, { emulator }: Client) =>
      `  - { key: ${key}, kind: qarnot, url: "${emulator.url}", freshnessMs: 0, credential: { token: { file: token } } }\n`;
    /** As editors do it. */
    const edit = async (text: string): Promise<void> => {
      await writeFile(`${file}.swp`, text);
      await rename(`${file}.swp`, file);
    };
    await writeFile(secret, SANDBOX_TOKEN);
    await edit(`server: { port: 0 }\nproviders:\n${entry('a', a)}`);
    const gateway = await serve(file);
    const ask = async (query: string): Promise<unknown> =>
      (await fetch(`${gateway.url}/graphql?query=${encodeURIComponent(query)}`)).json();
    const keys = '{ providers { key } }';
    const outcomes = '{ jobs(first: 1) { sources { outcome } } }';
    const watch = await WsClient.open(gateway.url);
    onTestFinished(() => watch.ws.terminate());
    watch.subscribe('w', WATCH);
    await until(() => watch.nexts('w').length === 1, 'the end of the snapshot');

    await edit(`server: { port: 0 }\nproviders:\n${entry('a', a)}${entry('b', b)}`);
    expect(await gateway.line('configuration reloaded')).toMatchObject({ added: ['b'], changed: [], removed: [], unchanged: 1 }); // prettier-ignore
    expect(await ask(keys)).toEqual({ data: { providers: [{ key: 'a' }, { key: 'b' }] } });
    expect([watch.nexts('w').length, watch.closed]).toEqual([1, null]);

    await edit(`server: { port: 0 }\nproviders:\n${entry('a', a)}  - { key: b, kind: abacus }\nlimit: {}\n`);
    expect(await gateway.line('abacus')).toMatchObject({ level: 50, line: 4, path: 'providers[1].kind' });
    expect(await gateway.line('the configuration before stays in force')).toMatchObject({
      level: 50,
      problems: 2,
    });
    expect(await ask(keys)).toEqual({ data: { providers: [{ key: 'a' }, { key: 'b' }] } });

    await edit(`server: { port: 1 }\nproviders:\n${entry('a', a)}`);
    expect(await gateway.line('configuration reloaded')).toMatchObject({ removed: ['b'] });
    expect(await gateway.line('before a restart')).toMatchObject({ level: 40, restartNeeded: ['server'] });
    expect([watch.nexts('w').length, watch.closed]).toEqual([1, null]);

    // Nobody watches a secret's file.
    await writeFile(secret, 'another');
    expect(await ask(outcomes)).toEqual({ data: { jobs: { sources: [{ outcome: 'OK' }] } } });
    gateway.child.kill('SIGHUP');
    expect(await gateway.line('configuration reloaded')).toMatchObject({ changed: ['a'] });
    expect(await ask(outcomes)).toEqual({ data: { jobs: { sources: [{ outcome: 'UNAUTHORIZED' }] } } });
    await writeFile(secret, `${SANDBOX_TOKEN}\n`);
    gateway.child.kill('SIGHUP');
    expect(await gateway.line('configuration reloaded')).toMatchObject({ changed: ['a'] });
    expect(await ask(outcomes)).toEqual({ data: { jobs: { sources: [{ outcome: 'OK' }] } } });
    gateway.child.kill('SIGHUP');
    expect(await gateway.line('configuration reloaded')).toMatchObject({
      added: [],
      changed: [],
      removed: [],
    });
    // Its own provider was another one twice: then it is told.
    await until(() => watch.nexts('w').length === 5, 'the second gap');
    const told = watch.nexts('w').map((data) => (data as { jobEvents: { __typename: string } }).jobEvents);
    const types = told.map(({ __typename }) => __typename);
    expect(types).toEqual(['SnapshotEnd', 'Gap', 'SnapshotEnd', 'Gap', 'SnapshotEnd']);
    expect(gateway.errors().map(({ msg }) => msg)).toHaveLength(3);

    gateway.child.kill('SIGTERM');
    expect(await once(gateway.child, 'exit')).toEqual([0, null]);
  });
});
