import { describe, expect, it } from 'vitest';
import { config, folder, provider, start, text } from './rig.ts';

describe('a restart of a gateway that keeps its data', { timeout: 60_000 }, () => {
  it('is no gap to a subscriber who comes back, and what it held and is gone is told gone', async () => {
    const a = await provider();
    const [kept, doomed] = [
      await a.submit('sleep 1', { name: 'kept' }),
      await a.submit('sleep 1', { name: 'doomed' }),
    ];
    const directory = await folder();
    const loaded = () => config([text('a', a)], { data: { directory } });
    const first = await start(loaded());
    const watch = await first.watch();
    expect(watch.story().toSorted()).toEqual([]);
    const { cursor } = watch;
    await first.running.close();

    // Learned in the first look, and in no event of the log.
    await a.send('DELETE', `/tasks/${doomed}`);
    await a.submit('sleep 1', { name: 'new' });
    const second = await start(loaded());
    const resumed = await second.watch({}, cursor);
    expect((await resumed.until('GONE doomed')).toSorted()).toEqual(['CHANGE new', 'GONE doomed']);
    expect(resumed.cursor).not.toBe(cursor);
    expect(kept).not.toBe(doomed);
    expect(second.lines.filter(({ level }) => level >= 40)).toEqual([]);
  });

  it('is a gap when what was known is lost', async () => {
    const a = await provider('one');
    const directory = await folder();
    const loaded = () => config([text('a', a)], { data: { directory } });
    const first = await start(loaded());
    const { cursor } = await first.watch();
    await first.running.close();
    const { rm } = await import('node:fs/promises');
    await rm(`${directory}/events/known/a.jsonl`);
    const second = await start(loaded());
    const resumed = await second.watch({}, cursor);
    expect(await resumed.until('END')).toEqual(['GAP EPOCH a', 'SNAPSHOT one', 'END']);
  });
});
