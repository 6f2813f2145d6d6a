import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ProviderKey } from '../model/ids.ts';
import { CallbackLog, type CallbackNote } from './callback-log.ts';

const NOTE: CallbackNote = {
  provider: 'volunteers' as ProviderKey,
  remoteAddress: '192.0.2.1',
  status: 401,
  reason: 'bad credentials',
  requestId: 'r-1',
};
const FIRST = { ...NOTE, msg: 'callback refused' };

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function logged() {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const { level: _level, time: _time, pid: _pid, hostname: _hostname, ...line } = JSON.parse(chunk.toString()) as Record<string, unknown>; // prettier-ignore
      lines.push(line);
      done();
    },
  });
  return { lines, log: new CallbackLog(pino(sink)) };
}

it('writes the first of a flood at once, and how many followed when a minute is over', () => {
  const { lines, log } = logged();
  for (let i = 0; i < 500; i++) log.refused({ ...NOTE, requestId: `r-${String(i + 1)}` });
  expect(lines).toEqual([FIRST]);
  vi.advanceTimersByTime(60_000);
  const { requestId: _, ...named } = FIRST;
  expect(lines).toEqual([FIRST, { ...named, suppressed: 499 }]);
  log.refused(NOTE);
  expect(lines).toHaveLength(3);
});

it('says nothing more of what happened once', () => {
  const { lines, log } = logged();
  log.refused(NOTE);
  vi.advanceTimersByTime(60_000);
  expect(lines).toEqual([FIRST]);
  expect(vi.getTimerCount()).toBe(0);
});

it('tells addresses, reasons, providers and repeats apart', () => {
  const { lines, log } = logged();
  const notes = [
    NOTE,
    { ...NOTE, remoteAddress: '192.0.2.2' },
    { ...NOTE, reason: 'The body is too large.', status: 413 },
    { ...NOTE, provider: 'others' as ProviderKey },
  ];
  for (const note of [...notes, ...notes]) log.refused(note);
  log.repeated({ ...NOTE, status: 200, reason: 'It was told before.' });
  expect(lines).toHaveLength(5);
  expect(lines.at(-1)).toMatchObject({ msg: 'callback repeated', status: 200 });
});

it('puts what very many addresses do into one line', () => {
  const { lines, log } = logged();
  for (let i = 0; i < 5_000; i++) log.refused({ ...NOTE, remoteAddress: `2001:db8:${i.toString(16)}::1` });
  expect(lines).toHaveLength(101);
  expect(lines.at(-1)).toMatchObject({ remoteAddress: null, status: 401 });
  vi.advanceTimersByTime(60_000);
  expect(lines.slice(101)).toEqual([
    { provider: 'volunteers', remoteAddress: null, suppressed: 4_899, msg: 'callback refused' },
  ]);
});
