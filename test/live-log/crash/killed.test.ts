import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LAB } from '../case.ts';
import { newDirectory, openIn } from '../directory.ts';
import { entriesOf, nameOf } from '../events.ts';

interface Told {
  readonly epoch: string;
  readonly seq: number;
  readonly name: string;
}

/** Runs a process that appends, kills it after it has told of `atLeast` events, and returns what it told. */
async function appendAndDie(directory: string, atLeast: number): Promise<Told[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/live-log/crash/appender.ts', directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const told: Told[] = [];
  for await (const line of createInterface(child.stdout)) {
    const [epoch = '', seq = '', name = ''] = line.split(' ');
    // The last line may be cut off by the end.
    if (name !== '') told.push({ epoch, seq: Number(seq), name });
    if (told.length === atLeast) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return told;
}

describe('a process that is killed while it appends', () => {
  it(
    'leaves a log that holds everything it told, under the same epoch, again and again',
    { timeout: 60_000 },
    async () => {
      const directory = await newDirectory();
      const everything: Told[] = [];
      for (const atLeast of [40, 333, 777]) {
        everything.push(...(await appendAndDie(directory, atLeast)));
        const { log, reports } = await openIn(directory);
        const { epoch, firstSeq, lastSeq } = await log.open(LAB);
        const entries = entriesOf(await log.read(LAB, { epoch, seq: firstSeq - 1 }, Infinity));
        const kept = new Map(entries.map((entry) => [entry.position.seq, nameOf(entry.event)]));
        expect(new Set(everything.map((one) => one.epoch))).toEqual(new Set([epoch]));
        expect(lastSeq).toBeGreaterThanOrEqual(everything.at(-1)?.seq ?? Infinity);
        for (const { seq, name } of everything) {
          if (seq >= firstSeq) expect(kept.get(seq)).toBe(name);
          else
            expect(await log.read(LAB, { epoch, seq: seq - 1 }, 1)).toEqual({
              outcome: 'GAP',
              reason: 'TRIMMED',
            });
        }
        for (const report of reports) expect(report).toContain('nobody had been told');
        await log.close();
      }
    },
  );
});
