import { describe, expect, it } from 'vitest';
import type { Rig } from '../../../../test/support/charity-engine-rig.ts';
import { HOUR, MINUTE, SECOND, startRig } from '../../../../test/support/charity-engine-rig.ts';

/** The words a job goes through, looked at every tenth of a second. */
async function courseOf(rig: Rig, id: string, ms: number): Promise<string[]> {
  const words: string[] = [];
  for (let at = 0; at < ms; at += 100) {
    const { status } = await rig.state(id);
    if (words.at(-1) !== status) words.push(status);
    rig.clock.advance(100);
  }
  return words;
}

describe('a command line that says how it goes', () => {
  it.each([
    ['#emu:run=45s', 45],
    ['#emu:run=2m', 120],
    ['#emu:run=1500ms', 1.5],
    ['sleep 45', 45],
    ['true', 3],
  ])('runs for as long as it says: %s', async (commandLine, seconds) => {
    const rig = await startRig();
    const id = await rig.create(commandLine);
    rig.clock.advance(seconds * SECOND);
    expect((await rig.state(id)).status).toBe('running');
    rig.clock.advance(3 * SECOND);
    expect((await rig.state(id)).status).toBe('completed');
  });

  it.each([
    ['work #emu:fail', ['provisioning', 'downloading', 'running', 'failed']],
    ['exit 7', ['provisioning', 'downloading', 'running', 'failed']],
    ['#emu:fail-at=downloading', ['provisioning', 'downloading', 'failed']],
    ['#emu:fail-at=provisioning', ['provisioning', 'failed']],
    ['#emu:fail-at=uploading', ['provisioning', 'downloading', 'running', 'failed']],
    ['SANDBOX_OUTCOME=oom work', ['provisioning', 'downloading', 'running', 'failed']],
  ])('fails where it says: %s', async (commandLine, words) => {
    const rig = await startRig();
    expect(await courseOf(rig, await rig.create(commandLine), 8 * SECOND)).toEqual(words);
  });

  it('hangs until its hours are over', async () => {
    const rig = await startRig();
    const id = await rig.create('#emu:hang', { hours: 8 });
    rig.clock.advance(7.9 * HOUR);
    expect((await rig.state(id)).status).toBe('running');
    rig.clock.advance(0.2 * HOUR);
    expect((await rig.state(id)).status).toBe('aborted');
  });

  it('goes back to provisioning as often as it says, each time with a new log', async () => {
    const rig = await startRig();
    const id = await rig.create('#emu:requeue=2 #emu:run=10s');
    let [restarts, shrunk, lastWord, lastLog] = [0, 0, '', ''];
    for (let step = 0; step < 600; step++) {
      const { status, log } = await rig.state(id);
      if (status === 'provisioning' && lastWord !== '' && lastWord !== 'provisioning') restarts += 1;
      if (log.length < lastLog.length) shrunk += 1;
      [lastWord, lastLog] = [status, log];
      rig.clock.advance(100);
    }
    expect({ restarts, lastWord }).toEqual({ restarts: 2, lastWord: 'completed' });
    expect(shrunk).toBeGreaterThan(0);
  });

  it('runs the command without what is meant for the sandbox', async () => {
    const rig = await startRig();
    const id = await rig.create('echo found 3 > output/found.txt #emu:run=5s');
    rig.clock.advance(MINUTE);
    expect((await rig.state(id)).log).toBe('found 3\n');
  });
});

describe('outputs', () => {
  it('are listed with a name and a URL, and fetched without a credential', async () => {
    const rig = await startRig();
    const content = Buffer.from([0, 1, 2, 250]);
    const id = await rig.create(
      `echo found 3 > /local/output/primes.csv; echo x >> output/a/b.txt #emu:out=raw.bin:${content.toString('base64')}`,
    );
    expect((await rig.state(id)).outputFiles).toEqual([]);
    rig.clock.advance(MINUTE);
    const { outputFiles } = await rig.state(id);
    expect(outputFiles.map(({ filename }) => filename)).toEqual(['primes.csv', 'a/b.txt', 'raw.bin']);
    const bodies = await Promise.all(
      outputFiles.map(async ({ url }) => Buffer.from(await (await fetch(url)).arrayBuffer())),
    );
    expect(bodies).toEqual([Buffer.from('found 3\nx\n'), Buffer.from('found 3\nx\n'), content]);
  });

  it('are nowhere for what has not completed, or has none of that name', async () => {
    const rig = await startRig();
    const id = await rig.create('#emu:fail > output/x');
    rig.clock.advance(MINUTE);
    expect((await rig.state(id)).outputFiles).toEqual([]);
    for (const path of [`/files/${id}/x`, `/files/${id}`, '/files', `/files/none/x`, `/files/${id}/x/y`]) {
      expect((await rig.raw('GET', path)).status).toBe(404);
    }
  });

  it('hold the log of what the world runs by itself', async () => {
    const rig = await startRig({ world: { jobsPerSite: 30 } });
    const done = [...rig.site.jobs.values()].find((job) => job.state === 'succeeded');
    const { outputFiles, log } = await rig.state((done?.id ?? '').replaceAll('-', ''));
    expect(outputFiles).toEqual([{ filename: 'output.log', url: expect.any(String) }]);
    expect(await (await fetch(outputFiles[0]?.url ?? '')).text()).toBe(log);
  });
});
