import fc from 'fast-check';
import { expect, it } from 'vitest';
import { followScripted } from '../../../test/support/scripted-log.ts';
import { GridweaveError } from '../../model/errors.ts';
import type { LogOutput } from '../../providers/provider.ts';
import type { LogReader } from './log-reader.ts';
import type { LogMessage } from './message.ts';

const OUTAGE = new GridweaveError('PROVIDER_UNAVAILABLE', 'The provider is down.');
const OUTPUTS: readonly LogOutput[] = ['STDOUT', 'STDERR'];

type Step =
  | { readonly do: 'write'; readonly output: LogOutput; readonly lines: number; readonly open: boolean }
  | { readonly do: 'fail' | 'heal' | 'join' | 'wait' }
  | { readonly do: 'read' | 'resume'; readonly who: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), output: fc.constantFrom(...OUTPUTS), lines: fc.integer({ min: 1, max: 60 }), open: fc.boolean() }) }, // prettier-ignore
  { weight: 4, arbitrary: fc.record({ do: fc.constant('read' as const), who: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resume' as const), who: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('fail' as const, 'heal' as const, 'join' as const, 'wait' as const, 'wait' as const) }) }, // prettier-ignore
);

/** One who reads, goes away and comes back with the cursor of what it took last. */
class Person {
  readonly text: Record<LogOutput, string> = { STDOUT: '', STDERR: '' };
  reader: LogReader;
  cursor: string | null = null;
  lostBytes = 0;
  last: LogMessage | null = null;

  constructor(reader: LogReader) {
    this.reader = reader;
  }

  async take(): Promise<boolean> {
    const message = await this.reader.next();
    if (message === null) return false;
    this.last = message;
    this.cursor = message.cursor;
    if (message.type === 'GAP') this.lostBytes += message.lostBytes ?? Number.NaN;
    if (message.type !== 'CHUNK') return true;
    for (const { stream, text, newline } of message.parts) this.text[stream] += newline ? `${text}\n` : text;
    return true;
  }
}

it.each([
  ['STREAMED', 256 * 1024],
  ['POLLED', 256 * 1024],
  ['STREAMED', 3_000],
  ['POLLED', 3_000],
] as const)(
  'whatever happens, each byte of a log that is %s, of which %d bytes are kept, comes once or is counted as missing',
  async (way, keptBytes) => {
    // prettier-ignore
    await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const { source, followers, faults, open } = followScripted(way, {
        keptBytes,
        messageBytes: 400,
        minPauseMs: 1,
        maxPauseMs: 2,
        maxBackoffMs: 2,
        settleMs: 1,
        lingerMs: 3,
        holdMs: 2,
      });
      let count = 0;
      const join = async (after: string | null): Promise<LogReader> => open({ stream: 'COMBINED', after });
      const people = [new Person(await join(null))];
      for (const now of steps) {
        const person = 'who' in now ? people[now.who % people.length]! : null;
        if (now.do === 'write') {
          for (let i = 0; i < now.lines; i++) source.write(`${String(count++)} text of a line\n`, now.output);
          if (now.open) source.write('half a line ', now.output);
        } else if (now.do === 'fail') source.failure = OUTAGE;
        else if (now.do === 'heal') source.failure = null;
        else if (now.do === 'join') people.push(new Person(await join(null)));
        else if (now.do === 'wait') await new Promise((resolve) => setTimeout(resolve, 4));
        else if (now.do === 'resume') {
          person!.reader.close();
          person!.reader = await join(person!.cursor);
        } else await Promise.race([person!.take(), new Promise((resolve) => setTimeout(resolve, 3))]);
      }
      source.failure = null;
      source.end = 'ENDED';
      await Promise.all(
        people.map(async (person) => {
          while (await person.take());
        }),
      );
      for (const { text, lostBytes, last } of people) {
        expect(last).toMatchObject({ type: 'ENDED', end: 'ENDED' });
        let missing = 0;
        for (const output of OUTPUTS) {
          const whole = source.text[output];
          missing += whole.length - text[output].length;
          if (lostBytes === 0) expect(text[output]).toBe(whole);
        }
        expect(missing).toBe(lostBytes);
      }
      await followers.close();
      expect(faults).toEqual([]);
      expect(source.open).toBe(0);
    }),
    { numRuns: 25 },
  );
  },
  60_000,
);
