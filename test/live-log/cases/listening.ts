import { expect } from 'vitest';
import type { EventLog, EventLogListener, LogEntry } from '../../../src/live/event-log.ts';
import { CLOUD, LAB, type Topic } from '../case.ts';
import { changes, entriesOf, nameOf, numbers } from '../events.ts';

const NOTHING: EventLogListener = { appended: () => undefined, broken: () => undefined };

/** Writes down what a listener is told: the names of events, and the epochs that begin. */
function recorder(): EventLogListener & { readonly heard: string[]; readonly entries: LogEntry[] } {
  const heard: string[] = [];
  const entries: LogEntry[] = [];
  return {
    heard,
    entries,
    appended(appended) {
      entries.push(...appended);
      for (const entry of appended) heard.push(nameOf(entry.event));
    },
    broken(partition, window) {
      heard.push(`${partition} ${window.epoch}`);
    },
  };
}

async function openLog(log: EventLog): Promise<EventLog> {
  await log.open(LAB);
  await log.open(CLOUD);
  return log;
}

export const listening: Topic = {
  name: 'listening',
  cases: [
    {
      name: 'everything is told, in order, before the one who did it hears that it is done',
      async run(target) {
        const log = await openLog((await target.start()).log);
        const listener = recorder();
        log.listen(listener);
        const first = await log.append(LAB, changes(LAB, 2));
        expect(listener.heard).toEqual(['1', '2']);
        expect(listener.entries).toEqual(first);
        const { epoch } = await log.breakEpoch(LAB);
        expect(listener.heard).toEqual(['1', '2', `lab ${epoch}`]);
        await log.append(CLOUD, changes(CLOUD, 1, 3));
        expect(listener.heard).toEqual(['1', '2', `lab ${epoch}`, '3']);
        await log.append(LAB, []);
        expect(listener.heard).toHaveLength(4);
      },
    },
    {
      name: 'appends that do not wait for each other are told in the order of their positions',
      async run(target) {
        const log = await openLog((await target.start()).log);
        const listener = recorder();
        log.listen(listener);
        await Promise.all(
          Array.from({ length: 40 }, (_, index) => log.append(LAB, changes(LAB, 1, index + 1))),
        );
        expect(listener.heard).toEqual(numbers(1, 40));
        expect(listener.entries.map((entry) => entry.position.seq)).toEqual(numbers(1, 40).map(Number));
      },
    },
    {
      name: 'what a listener is told of can be read by then',
      async run(target) {
        const log = await openLog((await target.start()).log);
        const reads: Promise<string[]>[] = [];
        log.listen({
          ...NOTHING,
          appended(entries) {
            const last = entries.at(-1)?.position;
            if (last === undefined) return;
            expect(log.window(LAB)?.lastSeq).toBeGreaterThanOrEqual(last.seq);
            const before = { epoch: last.epoch, seq: last.seq - 1 };
            reads.push(
              log.read(LAB, before, 1).then((answer) => entriesOf(answer).map((e) => nameOf(e.event))),
            );
          },
        });
        for (let from = 1; from <= 9; from += 3) await log.append(LAB, changes(LAB, 3, from));
        expect(await Promise.all(reads)).toEqual([['3'], ['6'], ['9']]);
      },
    },
    {
      name: 'one that was removed hears nothing more, also when another removed it in the same round',
      async run(target) {
        const log = await openLog((await target.start()).log);
        const [early, late] = [recorder(), recorder()];
        const stops: (() => void)[] = [];
        stops.push(log.listen(early));
        log.listen({ ...NOTHING, appended: () => stops.forEach((stop) => { stop(); }) }); // prettier-ignore
        stops.push(log.listen(late));
        const always = recorder();
        log.listen(always);
        await log.append(LAB, changes(LAB, 1));
        await log.append(LAB, changes(LAB, 1, 2));
        stops.forEach((stop) => {
          stop();
        });
        expect(early.heard).toEqual(['1']);
        expect(late.heard).toEqual([]);
        expect(always.heard).toEqual(['1', '2']);
      },
    },
    {
      name: 'one that is added in a round hears from the next on',
      async run(target) {
        const log = await openLog((await target.start()).log);
        const [added, last] = [recorder(), recorder()];
        let done = false;
        log.listen({
          ...NOTHING,
          appended() {
            if (!done) log.listen(added);
            done = true;
          },
        });
        log.listen(last);
        await log.append(LAB, changes(LAB, 1));
        await log.append(LAB, changes(LAB, 1, 2));
        expect(added.heard).toEqual(['2']);
        expect(last.heard).toEqual(['1', '2']);
      },
    },
    {
      name: 'what is appended by a listener is told to all after what it was told',
      async run(target) {
        const log = await openLog((await target.start()).log);
        const [before, after] = [recorder(), recorder()];
        const appended: Promise<unknown>[] = [];
        log.listen(before);
        log.listen({
          ...NOTHING,
          appended(entries) {
            if (entries[0]?.partition === LAB) appended.push(log.append(CLOUD, changes(CLOUD, 1, 100)));
          },
        });
        log.listen(after);
        await log.append(LAB, changes(LAB, 1));
        await log.append(LAB, changes(LAB, 1, 2));
        await Promise.all(appended);
        for (const { heard } of [before, after]) {
          expect(heard[0]).toBe('1');
          expect(heard.toSorted()).toEqual(['1', '100', '100', '2']);
        }
        expect(after.heard).toEqual(before.heard);
      },
    },
    {
      name: 'the same listener twice is told twice, and stopped one by one',
      async run(target) {
        const log = await openLog((await target.start()).log);
        const listener = recorder();
        const stop = log.listen(listener);
        log.listen(listener);
        await log.append(LAB, changes(LAB, 1));
        stop();
        stop();
        await log.append(LAB, changes(LAB, 1, 2));
        expect(listener.heard).toEqual(['1', '1', '2']);
      },
    },
  ],
};
