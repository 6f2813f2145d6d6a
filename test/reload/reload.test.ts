import { createHook } from 'node:async_hooks';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ProviderKind } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { Reloading } from '../../src/cli/reloading.ts';
import { PROVIDER_KINDS } from '../../src/providers/kinds.ts';
import { until } from '../live-transport/ws-client.ts';
import { SANDBOX_TOKEN } from '../../src/sandbox/qarnot/emulator.ts';
import { config, FAST, folder, provider, start, text, type Gateway } from './rig.ts';

interface Answer {
  readonly data: {
    readonly jobs: {
      readonly nodes: readonly { readonly name: string; readonly provider: { readonly key: string } }[];
      readonly sources: readonly { readonly outcome: string }[];
    };
  };
  readonly errors?: unknown;
}

const JOBS =
  '{ jobs(first: 50) { nodes { name provider { key } tasks(first: 2) { nodes { name } } } sources { outcome provider { key } } } }';

async function names(gateway: Gateway): Promise<string[]> {
  const { data, errors } = (await gateway.ask(JOBS)) as Answer;
  expect(errors).toBeUndefined();
  expect(data.jobs.sources.filter(({ outcome }) => outcome !== 'OK')).toEqual([]);
  return data.jobs.nodes.map(({ name, provider: { key } }) => `${key}/${name}`).toSorted();
}

describe('another configuration while the gateway runs', { timeout: 60_000 }, () => {
  it('leaves alone who watches a provider that is the same: not one message, one connection, one look', async () => {
    const [a, b, other] = [await provider('one', 'two'), await provider('three'), await provider('four')];
    const gateway = await start(config([text('a', a), text('b', b)]));
    const { running } = gateway;
    const adapter = running.providers.get('a');
    const onA = await gateway.watch({ providers: ['a'] });
    const onAll = await gateway.watch();
    onA.story();
    onAll.story();

    expect(await running.reload(config([text('a', a)]))).toEqual({ added: [], changed: [], removed: ['b'], unchanged: ['a'], restartNeeded: [] }); // prettier-ignore
    expect((await onAll.until('END')).toSorted()).toEqual([
      'END',
      'GAP EPOCH b',
      'SNAPSHOT one',
      'SNAPSHOT two',
    ]);
    expect(await names(gateway)).toEqual(['a/one', 'a/two']);

    expect(await running.reload(config([text('b', b), text('a', a)]))).toMatchObject({
      added: ['b'],
      unchanged: ['a'],
    });
    expect((await onAll.until('END')).toSorted()).toEqual(['END', 'GAP EPOCH b', 'SNAPSHOT one', 'SNAPSHOT three', 'SNAPSHOT two']); // prettier-ignore

    expect(await running.reload(config([text('a', a), text('b', other)]))).toMatchObject({ changed: ['b'] });
    expect((await onAll.until('END')).toSorted()).toEqual(['END', 'GAP EPOCH b', 'SNAPSHOT four', 'SNAPSHOT one', 'SNAPSHOT two']); // prettier-ignore
    expect(await names(gateway)).toEqual(['a/one', 'a/two', 'b/four']);

    // The next thing that its reader hears is what happens there.
    await a.submit('sleep 1', { name: 'five' });
    expect(await onA.until('CHANGE five')).toEqual(['CHANGE five']);
    expect(await onAll.until('CHANGE five')).toEqual(['CHANGE five']);
    await other.submit('sleep 1', { name: 'six' });
    expect(await onAll.until('CHANGE six')).toEqual(['CHANGE six']);
    expect([onA.story(), onA.client.closed, onAll.client.closed]).toEqual([[], null, null]);
    expect(running.providers.get('a')).toBe(adapter);
    expect(gateway.lines.filter(({ level }) => level >= 40)).toEqual([]);
    expect(gateway.lines.filter(({ msg }) => msg === 'configuration reloaded')).toMatchObject([
      { removed: ['b'], unchanged: 1 },
      { added: ['b'], unchanged: 1 },
      { changed: ['b'], unchanged: 1 },
    ]);
  });

  it('fails no query that is under way, or begins meanwhile', async () => {
    const [a, b, other] = [await provider('one'), await provider('two'), await provider('three')];
    for (const { emulator } of [b, other]) {
      emulator.faults.set('slow', { effect: { kind: 'latency', ms: 60 } });
    }
    const gateway = await start(config([text('a', a), text('b', b)]));
    const asking = new AbortController();
    let answered = 0;
    const seen = new Set<string>();
    const ask = async (): Promise<void> => {
      while (!asking.signal.aborted) {
        seen.add((await names(gateway)).join(' '));
        answered += 1;
      }
    };
    const asked = Promise.all(Array.from({ length: 6 }, ask));
    // Until each of them has been seen; a busy machine needs more rounds for that.
    for (let i = 0; i < 20 || (seen.size < 3 && i < 300); i++) {
      const others = [[], [text('b', b)], [text('b', other)]][i % 3]!;
      await gateway.running.reload(config([text('a', a), ...others]));
      await new Promise((resolve) => setTimeout(resolve, 35));
    }
    asking.abort();
    await asked;
    expect([...seen].toSorted()).toEqual(['a/one', 'a/one b/three', 'a/one b/two']);
    expect(answered).toBeGreaterThan(20);
    expect(gateway.lines.filter(({ level }) => level >= 40)).toEqual([]);
  });

  it('fifty times leaves nothing behind', async () => {
    const [a, b, c] = [await provider('one'), await provider('two'), await provider('three')];
    const made = { open: 0, all: 0 };
    const counting = PROVIDER_KINDS.map((kind): ProviderKind => ({
      ...kind,
      create: (deps) => {
        const close = deps.upstream.close.bind(deps.upstream);
        made.open += 1;
        made.all += 1;
        let isOpen = true;
        deps.upstream.close = async () => {
          await close();
          if (isOpen) made.open -= 1;
          isOpen = false;
        };
        return kind.create(deps);
      },
    }));
    const gateway = await start(config([text('a', a)], {}, counting), counting);
    const onA = await gateway.watch({ providers: ['a'] });
    const onAll = await gateway.watch();
    onA.story();
    const timers = countTimers();
    const before = gateway.running.held;
    expect(before).toEqual({ retiring: 0, followers: 1, polling: 1, watches: 2 });
    for (let i = 0; i < 50; i++) {
      const others = [
        [text('b', b), text('c', c)],
        [text('b', b, { timeoutMs: 4_000 })],
        [text('c', b)],
        [text('b', c), text('c', b)],
      ][i % 4]!;
      await gateway.running.reload(config([text('a', a), ...others], {}, counting));
      // Some come before the last has been followed, some after.
      if (i % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await gateway.running.reload(config([text('a', a)], {}, counting));
    expect(made.all).toBeGreaterThan(60);
    await until(() => gateway.running.held.retiring === 0, 'connections to be closed', 20_000);
    await until(() => made.open === 1, 'every client to be closed');
    expect(gateway.running.held).toEqual(before);
    // Some belong to what goes on: polls, calls, the emulators. One for each reload would be fifty.
    await until(() => timers() < 20, 'timers to go');
    // Nobody is asked any more who is not there.
    for (const { emulator } of [b, c]) emulator.resetCalls();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect([b.emulator.calls.length, c.emulator.calls.length]).toEqual([0, 0]);
    expect(onA.story()).toEqual([]);
    expect(onAll.story().slice(-2).toSorted()).toEqual(['END', 'SNAPSHOT one']);
    expect(gateway.lines.filter(({ level }) => level >= 40)).toEqual([]);
    await gateway.running.close(0);
    expect(made.open).toBe(0);
  });

  it('changes nothing when a provider cannot be connected', async () => {
    const [a, b] = [await provider('one'), await provider('two')];
    const made: { closed: boolean }[] = [];
    const failing = PROVIDER_KINDS.map((kind): ProviderKind => ({
      ...kind,
      create: (deps) => {
        if (deps.provider.startsWith('bad')) throw new RangeError('no such luck');
        const one = { closed: false };
        made.push(one);
        const close = deps.upstream.close.bind(deps.upstream);
        deps.upstream.close = () => {
          one.closed = true;
          return close();
        };
        return kind.create(deps);
      },
    }));
    const gateway = await start(config([text('a', a)], {}, failing), failing);
    const watch = await gateway.watch();
    watch.story();
    const next = config([text('b', b), text('bad', b)], { limits: { maxPageSize: 7 } }, failing);
    await expect(gateway.running.reload(next)).rejects.toThrow('no such luck');
    expect(await names(gateway)).toEqual(['a/one']);
    expect([gateway.running.held.retiring, watch.story()]).toEqual([0, []]);
    expect(made.map(({ closed }) => closed)).toEqual([false, true]);
    // The next one is none the worse for it.
    expect(await gateway.running.reload(config([text('b', b)], {}, failing))).toMatchObject({
      added: ['b'],
      removed: ['a'],
    });
    expect(await watch.until('END')).toEqual(['GAP EPOCH a', 'END']);
    expect(await watch.until('END')).toEqual(['GAP EPOCH b', 'SNAPSHOT two', 'END']);
  });

  it('takes over limits of single operations, and names what needs a restart', async () => {
    const a = await provider('one');
    const gateway = await start(config([text('a', a)]));
    const tooMany = '{ jobs(first: 501) { nodes { name } } }';
    expect((await gateway.ask(tooMany)).errors).toBeDefined();
    const limits = { ...FAST.limits, maxPageSize: 600, maxDepth: 3 };
    const sections = { limits, server: { port: 1 }, data: { directory: '/nowhere' }, log: { level: 'warn' } };
    const report = await gateway.running.reload(config([text('a', a)], sections));
    expect(report.restartNeeded).toEqual(['server', 'data', 'limits.maxDepth']);
    expect((await gateway.ask(tooMany)).errors).toBeUndefined();
    expect(gateway.lines.findLast(({ level }) => level === 40)).toMatchObject({
      restartNeeded: report.restartNeeded,
    });
    // What is not in force yet is named again.
    expect((await gateway.running.reload(config([text('a', a)], sections))).restartNeeded).toEqual(
      report.restartNeeded,
    );
    expect((await gateway.running.reload(config([text('a', a)]))).restartNeeded).toEqual([]);
    const sandbox = loadConfig({ text: 'sandbox: {}', env: {}, kinds: PROVIDER_KINDS });
    expect(await gateway.running.reload(sandbox)).toMatchObject({ unchanged: ['a'], removed: [], restartNeeded: expect.arrayContaining(['sandbox']) as string[] }); // prettier-ignore
    expect(await names(gateway)).toEqual(['a/one']);
  });

  it('opens and closes the doors by which providers call', async () => {
    const entry = { key: 'ce', kind: 'charity-engine', url: 'http://127.0.0.1:9' };
    const withDoor = { ...entry, callback: { user: 'them', password: { env: 'PASSWORD' } } };
    const read = (provider: object, PASSWORD = '') =>
      loadConfig({
        text: JSON.stringify({ ...FAST, providers: [provider] }),
        env: { PASSWORD },
        kinds: PROVIDER_KINDS,
      });
    const gateway = await start(read(entry));
    const call = async (password: string): Promise<number> => {
      const authorization = `Basic ${Buffer.from(`them:${password}`).toString('base64')}`;
      const headers = { authorization, 'content-type': 'application/json' };
      const url = `${gateway.running.url}/callbacks/ce`;
      return (await fetch(url, { method: 'POST', headers, body: 'no JSON' })).status;
    };
    expect(await call('first')).toBe(404);
    await gateway.running.reload(read(withDoor, 'first'));
    expect([await call('first'), await call('second')]).toEqual([400, 401]);
    expect((await gateway.running.reload(read(withDoor, 'second'))).changed).toEqual(['ce']);
    expect([await call('first'), await call('second')]).toEqual([401, 400]);
    await gateway.running.reload(read(entry));
    expect(await call('second')).toBe(404);
  });

  it('is read from the disk, secrets too: a rotated one is used, and nobody else notices', async () => {
    const [a, b] = [await provider('one'), await provider('two')];
    const place = await folder();
    const secret = join(place, 'token');
    const read = () => config([text('a', a), text('b', b, { credential: { token: { file: secret } } })]);
    await writeFile(secret, 'not-the-token\n');
    const gateway = await start(read());
    const onA = await gateway.watch({ providers: ['a'] });
    onA.story();
    const outcomes = async (): Promise<string[]> =>
      ((await gateway.ask(JOBS)) as Answer).data.jobs.sources.map(({ outcome }) => outcome);
    expect(await outcomes()).toEqual(['OK', 'UNAUTHORIZED']);
    expect((await gateway.running.reload(read())).unchanged).toEqual(['a', 'b']);
    await writeFile(secret, `${SANDBOX_TOKEN}\n`);
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    await new Reloading({ running: gateway.running, read, log: log as never }).ask('a test');
    expect(await outcomes()).toEqual(['OK', 'OK']);
    expect(gateway.lines.findLast(({ msg }) => msg === 'configuration reloaded')).toMatchObject({
      changed: ['b'],
    });
    expect(onA.story()).toEqual([]);
  });
});

/** How many timers are there that were not there now, those that do not keep the process alive included. */
function countTimers(): () => number {
  const there = new Set<number>();
  const hook = createHook({
    init: (id, type) => {
      if (type === 'Timeout') there.add(id);
    },
    destroy: (id) => there.delete(id),
  }).enable();
  onTestFinished(() => void hook.disable());
  return () => there.size;
}

describe('asking for a reload', () => {
  function rig(read: () => unknown) {
    const told: string[] = [];
    let reloads = 0;
    const note =
      (level: string) =>
      (...[first, second]: unknown[]): void => {
        told.push(`${level} ${typeof first === 'string' ? first : String(second)}`);
      };
    const log = { info: note('info'), warn: note('warn'), error: note('error') };
    let release = (): void => {};
    const running = {
      reload: () => {
        reloads += 1;
        return new Promise<never>((resolve) => {
          release = () => resolve(undefined as never);
        });
      },
    };
    const reloading = new Reloading({ running, read: read as never, log: log as never });
    return { reloading, told, reloads: () => reloads, release: () => release() };
  }

  it('is refused, with every problem, when the file cannot be used', async () => {
    const { reloading, told, reloads } = rig(() =>
      loadConfig({
        text: 'providers: [{ key: A, kind: abacus }]\nserver: { port: -1 }',
        env: {},
        kinds: PROVIDER_KINDS,
      }),
    );
    await reloading.ask('a test');
    expect(reloads()).toBe(0);
    const errors = told.filter((line) => line.startsWith('error'));
    expect(errors.length).toBeGreaterThanOrEqual(4);
    expect(errors.join('\n')).toMatch(/abacus[^]*server\.port[^]*the configuration before stays in force/);
  });

  it('while one is under way is one more, however often', async () => {
    const { reloading, told, reloads, release } = rig(() => ({ warnings: ['mind the gap'] }));
    const asked = reloading.ask('first');
    void reloading.ask('second');
    void reloading.ask('third');
    await until(() => reloads() === 1, 'the first');
    release();
    await until(() => reloads() === 2, 'the second');
    release();
    await asked;
    expect(reloads()).toBe(2);
    expect(told.filter((line) => line.includes('mind the gap'))).toHaveLength(2);
  });

  it('that fails in another way is told of, and the next one is heard', async () => {
    let fails = true;
    const { reloading, told, reloads } = rig(() => {
      if (fails) throw new TypeError('a fault');
      throw new ConfigError('x', []);
    });
    await reloading.ask('first');
    fails = false;
    await reloading.ask('second');
    expect([reloads(), told.filter((line) => line.startsWith('error')).length]).toEqual([0, 2]);
  });
});
