import { expect } from 'vitest';
import type { NativeKey } from '../../../src/model/ids.ts';
import type { ExecutionRecord } from '../../../src/model/records.ts';
import { isTerminal } from '../../../src/model/state.ts';
import type { LogLine, LogRequest, LogSnapshot, LogStream } from '../../../src/providers/provider.ts';
import type { SimExecution, SimLogLine } from '../../../src/sandbox/world/types.ts';
import type { ContractCase, Target, Topic } from '../case.ts';
import { WHOLE_LOG } from '../operations.ts';
import { readRecords } from '../reading.ts';
import { simulated, type Rig, type SimRig } from '../rig.ts';
import { neighbour } from './lookup.ts';

const STREAMS: readonly LogStream[] = ['STDOUT', 'STDERR', 'COMBINED'];

function readLog(rig: Rig, key: NativeKey, changes: Partial<LogRequest> = {}): Promise<LogSnapshot> {
  return rig.adapter.logs(key, { ...WHOLE_LOG, ...changes }, rig.ctx());
}

/** Everything an execution of the world has printed to a stream, or to both; all is STDOUT where they are one. */
function printed({ facts }: Target, rig: SimRig, execution: SimExecution, stream: LogStream): string[] {
  const streamOf = (line: SimLogLine): LogStream =>
    facts.combined === 'ONE_STREAM' || line.stream === 'stdout' ? 'STDOUT' : 'STDERR';
  return rig.sim.site
    .logOf(execution)
    .filter((line) => stream === 'COMBINED' || streamOf(line) === stream)
    .map((line) => line.text);
}

const texts = (snapshot: { readonly lines: readonly LogLine[] }): string[] =>
  snapshot.lines.map((line) => line.text);

interface Told {
  readonly record: ExecutionRecord;
  readonly execution: SimExecution;
}

/** Executions that can be found in the world, those that printed most first. */
async function talkative(rig: SimRig, wanted: (told: Told) => boolean, count: number): Promise<Told[]> {
  const told: Told[] = [];
  for (const record of await readRecords(rig, 'execution')) {
    const execution = rig.sim.facts.executionOf(rig.sim.site, record);
    if (execution !== null && wanted({ record, execution })) told.push({ record, execution });
  }
  const size = ({ execution }: Told): number => rig.sim.site.logOf(execution).length;
  return told.sort((a, b) => size(b) - size(a)).slice(0, count);
}

const ended = ({ record }: Told): boolean => isTerminal(record.status.state);
const running = ({ record }: Told): boolean => record.status.state === 'RUNNING';

/** Executions that ended lately: providers keep output for a while only. */
async function endedLately(rig: SimRig, count: number): Promise<Told[]> {
  const now = rig.sim.clock.now();
  return talkative(rig, (told) => ended(told) && now - (told.execution.endedAt ?? 0) < 3_000_000, count);
}

/** A log that is whole and says so, or its beginning, cut where the provider cut it, and says that. */
function expectHead(log: LogSnapshot, whole: readonly string[]): void {
  if (log.end === 'ENDED') expect(texts(log)).toEqual(whole);
  else expect(log.end).toMatch(/^(?:TRUNCATED|GONE)$/);
  expect(texts(log).slice(0, -1)).toEqual(whole.slice(0, Math.max(0, log.lines.length - 1)));
}

/** That there are none is a case of the capabilities. */
function whereThereAre(cases: readonly ContractCase[]): ContractCase[] {
  return cases.map((item) => ({ ...item, needs: ({ logs: kept }) => kept !== 'NONE' }));
}

export const logs: Topic = {
  name: 'logs',
  cases: whereThereAre([
    {
      name: 'the whole log of what has ended is what it printed, by stream and in both',
      everyVersion: true,
      async run(target) {
        const rig = simulated(await target.start({ jobs: 60 }));
        for (const { record, execution } of await endedLately(rig, 6)) {
          for (const stream of ['STDOUT', 'STDERR'] as const) {
            const log = await readLog(rig, record.key, { stream });
            if (target.facts.endedLogs === 'HEAD') {
              expectHead(log, printed(target, rig, execution, stream));
              continue;
            }
            expect([log.end, texts(log)]).toEqual(['ENDED', printed(target, rig, execution, stream)]);
            for (const line of log.lines) expect(line.stream).toBe(stream);
          }
          if (target.facts.endedLogs === 'HEAD') continue;
          const both = await readLog(rig, record.key);
          expect(both.end).toBe('ENDED');
          for (const stream of ['STDOUT', 'STDERR'] as const) {
            const own = both.lines.filter((line) => line.stream === stream).map((line) => line.text);
            expect(own).toEqual(printed(target, rig, execution, stream));
          }
          if (target.facts.combined === 'STDOUT_FIRST') {
            const inOrder = [
              ...printed(target, rig, execution, 'STDOUT'),
              ...printed(target, rig, execution, 'STDERR'),
            ];
            expect(texts(both)).toEqual(inOrder);
          }
        }
      },
    },
    {
      name: 'continuing after every byte that was given puts the whole together',
      everyVersion: true,
      async run(target) {
        const rig = simulated(await target.start({ jobs: 60 }));
        const [told] = await endedLately(rig, 1);
        for (const stream of STREAMS) {
          const whole = await readLog(rig, told!.record.key, { stream });
          for (const maxBytes of [1, 300, 3_000]) {
            const lines: LogLine[] = [];
            let afterByte = 0;
            let over = false;
            for (let reads = 0; reads < 30 && !over; reads++) {
              const part = await readLog(rig, told!.record.key, { stream, afterByte, maxBytes });
              lines.push(...part.lines);
              expect(part.endByte).toBeGreaterThanOrEqual(afterByte);
              over = part.endByte === afterByte || part.end !== 'TRUNCATED';
              afterByte = part.endByte;
            }
            expect(lines).toEqual(whole.lines.slice(0, over ? undefined : lines.length));
            expect(lines.length).toBeGreaterThanOrEqual(Math.min(30, whole.lines.length));
          }
        }
      },
    },
    {
      name: 'resuming after each line gives the rest',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 60 }));
        const [told] = await endedLately(rig, 1);
        const whole = await readLog(rig, told!.record.key, { stream: 'STDOUT' });
        let offset = 0;
        for (const [i, line] of whole.lines.entries()) {
          offset += Buffer.byteLength(line.text) + 1;
          if (i % 20 > 0 && i < whole.lines.length - 2) continue;
          const rest = await readLog(rig, told!.record.key, { stream: 'STDOUT', afterByte: offset });
          expect(texts(rest)).toEqual(texts(whole).slice(i + 1));
        }
        expect(whole.endByte).toBe(offset);
      },
    },
    {
      name: 'a tail is the last lines, and is cut at its front',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 60 }));
        const [told] = await endedLately(rig, 1);
        const whole = await readLog(rig, told!.record.key, { stream: 'STDOUT' });
        expect(whole.lines.length).toBeGreaterThan(3);
        for (const tailLines of [1, 3, 1_000]) {
          const tail = await readLog(rig, told!.record.key, { stream: 'STDOUT', tailLines });
          expect(texts(tail)).toEqual(texts(whole).slice(-tailLines));
          expect([tail.end, tail.endByte]).toEqual(['ENDED', whole.endByte]);
        }
        const short = await readLog(rig, told!.record.key, { stream: 'STDOUT', tailLines: 3, maxBytes: 1 });
        expect([short.end, texts(short)]).toEqual(['TRUNCATED', texts(whole).slice(-1)]);
      },
    },
    {
      name: 'a size limit cuts the end, and always gives one line',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 60 }));
        const [told] = await endedLately(rig, 1);
        const whole = await readLog(rig, told!.record.key, { stream: 'STDOUT' });
        const first = await readLog(rig, told!.record.key, { stream: 'STDOUT', maxBytes: 1 });
        expect([first.end, texts(first)]).toEqual(['TRUNCATED', texts(whole).slice(0, 1)]);
        const half = await readLog(rig, told!.record.key, {
          stream: 'STDOUT',
          maxBytes: Math.ceil(whole.endByte / 2),
        });
        expect(half.end).toBe('TRUNCATED');
        expect(half.endByte).toBeLessThanOrEqual(Math.ceil(whole.endByte / 2));
        expect(texts(whole).slice(0, half.lines.length)).toEqual(texts(half));
      },
    },
    {
      name: 'the log of what runs is open, and goes on exactly where it was left until it ends',
      everyVersion: true,
      async run(target) {
        const rig = simulated(await target.start({ jobs: 40 }));
        const [told] = await talkative(rig, running, 1);
        const { record, execution } = told!;
        const lines: string[] = [];
        let afterByte = 0;
        let end = '';
        for (let step = 0; step < 60 && end !== 'ENDED'; step++) {
          const part = await readLog(rig, record.key, { stream: 'STDOUT', afterByte });
          end = part.end;
          if (execution.endedAt !== null && target.facts.endedLogs === 'HEAD') {
            expect(end).toMatch(/^(?:ENDED|TRUNCATED|GONE)$/);
            return;
          }
          expect(end).toBe(execution.endedAt === null ? 'OPEN' : 'ENDED');
          lines.push(...texts(part));
          expect(lines).toEqual(printed(target, rig, execution, 'STDOUT'));
          afterByte = part.endByte;
          if (step === 4) rig.sim.site.stop(record.jobKey.length > 0 ? execution.jobId : '', 'seen enough');
          rig.sim.pass(30_000);
        }
        expect(end).toBe('ENDED');
      },
    },
    {
      name: 'beyond its end there is nothing, and the offset does not run away',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 60 }));
        const [told] = await endedLately(rig, 1);
        const whole = await readLog(rig, told!.record.key, { stream: 'STDOUT' });
        const beyond = await readLog(rig, told!.record.key, { stream: 'STDOUT', afterByte: whole.endByte });
        expect([beyond.lines, beyond.endByte, beyond.end]).toEqual([[], whole.endByte, 'ENDED']);
      },
    },
    {
      name: 'the log of nothing that exists is NOT_FOUND',
      live: true,
      everyVersion: true,
      async run(target) {
        const rig = await target.still();
        const [execution] = await readRecords(rig, 'execution');
        const [job] = await readRecords(rig, 'job');
        for (const key of [neighbour(execution!.key), job!.key, execution!.taskKey]) {
          await expect(readLog(rig, key), key).rejects.toMatchObject({ code: 'NOT_FOUND' });
        }
      },
    },
    {
      name: 'every log ends in time, with a word on why, and its tail is its end',
      live: true,
      async run(target) {
        const rig = await target.still();
        const executions = (await readRecords(rig, 'execution')).filter(({ status }) =>
          isTerminal(status.state),
        );
        for (const { key } of executions.slice(0, 3)) {
          // A node may keep a reader waiting for an output that it no longer has, or never had.
          const read = async (changes: Partial<LogRequest>): Promise<LogSnapshot> =>
            rig.adapter.logs(key, { ...WHOLE_LOG, stream: 'STDOUT', ...changes }, rig.ctx({ waitMs: 2_000 }));
          const startedAt = performance.now();
          const whole = await read({});
          expect(performance.now() - startedAt).toBeLessThan(3_000);
          expect(whole.end).toMatch(/^(?:ENDED|GONE|TRUNCATED|UNAVAILABLE)$/);
          expect(whole.end === 'ENDED' || whole.message !== null).toBe(true);
          const size = whole.lines.reduce((sum, line) => sum + Buffer.byteLength(line.text) + 1, 0);
          expect(whole.endByte).toBe(size);
          expect(texts(await read({ tailLines: 2 }))).toEqual(texts(whole).slice(-2));
        }
      },
    },
    {
      name: 'reading a log takes nothing from who reads it next',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 40 }));
        const [told] = await talkative(rig, running, 1);
        const first = await readLog(rig, told!.record.key);
        expect(await readLog(rig, told!.record.key)).toEqual(first);
        for (const { method, path } of rig.sim.emulator.calls)
          expect(`${method} ${path}`).toMatch(target.facts.reads);
      },
    },
  ]),
};
