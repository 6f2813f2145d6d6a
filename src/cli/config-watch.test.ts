import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../../test/live-transport/ws-client.ts';
import { watchConfig } from './config-watch.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'gridweave-watch-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

function watching(file: string) {
  const told = { changes: 0, troubles: 0 };
  const watch = watchConfig(
    file,
    () => (told.changes += 1),
    () => (told.troubles += 1),
  );
  onTestFinished(() => watch.close());
  return { told, close: () => watch.close() };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a configuration that is watched', () => {
  it('is told of once, when it was written in several steps or replaced', async () => {
    const place = await folder();
    const file = join(place, 'gridweave.yaml');
    await writeFile(file, 'a');
    const { told } = watching(file);
    for (const text of ['b', 'bc', 'bcd']) await writeFile(file, text);
    await until(() => told.changes === 1, 'the change');
    await writeFile(`${file}~`, 'another');
    await rm(file);
    await rename(`${file}~`, file);
    await until(() => told.changes === 2, 'the replacement');
    await pause(500);
    expect(told).toEqual({ changes: 2, troubles: 0 });
  });

  it('is not told of when something else happens in its folder, it is touched by nobody, or it is gone', async () => {
    const place = await folder();
    const file = join(place, 'gridweave.yaml');
    await writeFile(file, 'a');
    const { told } = watching(file);
    await writeFile(join(place, 'other'), 'x');
    await pause(500);
    await rm(file);
    await pause(500);
    expect(told.changes).toBe(0);
    await writeFile(file, 'a');
    await until(() => told.changes === 1, 'its return');
  });

  it('is followed through a link that is exchanged beside it', async () => {
    const place = await folder();
    for (const name of ['one', 'two']) {
      await mkdir(join(place, name));
      await writeFile(join(place, name, 'gridweave.yaml'), 'a');
    }
    await symlink('one', join(place, '..data'));
    await symlink('..data/gridweave.yaml', join(place, 'gridweave.yaml'));
    const { told } = watching(join(place, 'gridweave.yaml'));
    await symlink('two', join(place, '..next'));
    await rename(join(place, '..next'), join(place, '..data'));
    await until(() => told.changes === 1, 'the exchange');
  });

  it('is told of no more when nobody watches', async () => {
    const file = join(await folder(), 'gridweave.yaml');
    await writeFile(file, 'a');
    const { told, close } = watching(file);
    await writeFile(file, 'b');
    close();
    await pause(500);
    expect(told.changes).toBe(0);
  });

  it('that cannot be watched is trouble, not a fault', async () => {
    const { told } = watching(join(await folder(), 'nowhere', 'gridweave.yaml'));
    await until(() => told.troubles === 1, 'the trouble');
  });
});
