import { describe, expect, it, vi } from 'vitest';
import { followScripted, ScriptedLog } from '../../../test/support/scripted-log.ts';
import { GridweaveError } from '../../model/errors.ts';
import { testContext } from '../../../test/support/upstream-calls.ts';
import type { LogReader } from './log-reader.ts';
import type { LogMessage } from './message.ts';
import { own } from '../../../test/support/own-credential.ts';

const OUTAGE = new GridweaveError('PROVIDER_UNAVAILABLE', 'The provider is down.');

function textOf(messages: readonly LogMessage[]): string {
  return messages
    .flatMap((message) => (message.type === 'CHUNK' ? message.parts : []))
    .map(({ text, newline }) => (newline ? `${text}\n` : text))
    .join('');
}

async function readAll(reader: LogReader): Promise<LogMessage[]> {
  const messages: LogMessage[] = [];
  for (let message = await reader.next(); message !== null; message = await reader.next())
    messages.push(message);
  return messages;
}

/** Reads until so much text has come. */
async function readText(reader: LogReader, length: number): Promise<LogMessage[]> {
  const messages: LogMessage[] = [];
  while (textOf(messages).length < length) messages.push((await reader.next())!);
  return messages;
}

const LINES = Array.from({ length: 400 }, (_, i) => `line ${String(i)}\n`).join('');

describe.each(['STREAMED', 'POLLED'] as const)('a log that is %s', (way) => {
  it('is told as it grows, in pieces of lines, to its end', async () => {
    const { source, open } = followScripted(way);
    const reader = await open();
    source.write('one\ntw');
    const first = await readText(reader, 6);
    expect(first.at(-1)).toMatchObject({ type: 'CHUNK', parts: [{ stream: 'STDOUT', text: 'one', newline: true }, { text: 'tw', newline: false }] }); // prettier-ignore
    source.write('o\n\nthree');
    source.end = 'ENDED';
    const rest = await readAll(reader);
    expect(textOf(rest)).toBe('o\n\nthree');
    expect(rest.at(-1)).toMatchObject({ type: 'ENDED', end: 'ENDED', message: null });
    expect(await reader.next()).toBeNull();
  });

  it('is read once for all who read it', async () => {
    const { source, followers, open } = followScripted(way);
    source.write(LINES);
    const readers = await Promise.all(Array.from({ length: 100 }, () => open()));
    const reading = readers.map((reader) => readAll(reader));
    await vi.waitFor(() => expect(source.readings).toBeGreaterThan(5));
    expect(followers.stats).toEqual({ logs: 1, readers: 100 });
    const readings = source.readings;
    for (let i = 0; i < 10; i++) {
      source.write(`more ${String(i)}\n`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    // A pause is five milliseconds at least.
    expect(source.readings - readings).toBeLessThan(60);
    source.end = 'ENDED';
    for (const messages of await Promise.all(reading)) expect(textOf(messages)).toBe(source.text.STDOUT);
    expect(source.lookUps).toBeLessThanOrEqual(100);
    const late = await open();
    expect(textOf(await readAll(late))).toBe(source.text.STDOUT);
  });

  it('is kept for a moment after its last reader left, and then nothing is left of it', async () => {
    const { source, followers, open } = followScripted(way);
    const first = await open();
    source.write('one\n');
    await readText(first, 4);
    first.close();
    expect(followers.stats).toEqual({ logs: 1, readers: 0 });
    const second = await open();
    expect(textOf(await readText(second, 4))).toBe('one\n');
    expect(source.lookUps).toBe(1);
    second.close();
    second.close();
    expect(await second.next()).toBeNull();
    await vi.waitFor(() => expect(followers.stats).toEqual({ logs: 0, readers: 0 }));
    const { readings } = source;
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect([source.readings, source.open]).toEqual([readings, 0]);
  });

  it('goes on after any cursor, whoever asks', async () => {
    const { source, open } = followScripted(way, { messageBytes: 100 });
    source.write(LINES);
    source.end = 'ENDED';
    const messages = await readAll(await open());
    expect(messages.length).toBeGreaterThan(1);
    for (const [i, { cursor }] of messages.entries()) {
      const again = followScripted(way, { messageBytes: 100 });
      again.source.text = source.text;
      again.source.end = 'ENDED';
      const rest = textOf(messages.slice(i + 1));
      expect(textOf(await readAll(await open({ after: cursor })))).toBe(rest);
      expect(textOf(await readAll(await again.open({ after: cursor })))).toBe(rest);
    }
  });

  it('is followed in both outputs, each in its own order, with one cursor', async () => {
    const { source, open } = followScripted(way);
    const reader = await open({ stream: 'COMBINED' });
    source.write('out\n');
    source.write('err\n', 'STDERR');
    const first = await readText(reader, 8);
    source.write('more err\n', 'STDERR');
    source.write('more out\n');
    source.end = 'ENDED';
    const again = await open({ stream: 'COMBINED', after: first.at(-1)!.cursor });
    for (const each of [reader, again]) {
      const lines = (await readAll(each)).flatMap((message) =>
        message.type === 'CHUNK' ? message.parts : [],
      );
      expect(lines.filter(({ stream }) => stream === 'STDOUT').map(({ text }) => text)).toEqual(['more out']);
      expect(lines.filter(({ stream }) => stream === 'STDERR').map(({ text }) => text)).toEqual(['more err']);
    }
  });

  it('begins with its last lines when only they are asked for', async () => {
    const { source, open } = followScripted(way);
    source.write(LINES);
    const reader = await open({ tail: 2 });
    const late = await open({ tail: 1 });
    const all = await open({ tail: 100_000 });
    source.hold = null;
    expect(textOf([(await late.next())!]).trimEnd()).toBe('line 399');
    expect(textOf([(await reader.next())!]).trimEnd()).toBe('line 398\nline 399');
    source.write('end\n');
    source.end = 'ENDED';
    expect(textOf(await readAll(reader)).trimStart()).toBe('end\n');
    expect(textOf(await readAll(late)).trimStart()).toBe('end\n');
    expect(textOf(await readAll(all))).toBe(source.text.STDOUT);
  });

  it('tells an outage that lasts, and goes on after it without a byte lost or told twice', async () => {
    const { source, open } = followScripted(way);
    const reader = await open();
    source.write('one\n');
    const messages = await readText(reader, 4);
    source.failure = OUTAGE;
    messages.push((await reader.next())!);
    if (messages.at(-1)!.type === 'CHUNK') messages.push((await reader.next())!);
    expect(messages.at(-1)).toMatchObject({
      type: 'NOTICE',
      state: 'INTERRUPTED',
      code: 'PROVIDER_UNAVAILABLE',
    });
    const late = await open();
    expect(textOf([(await late.next())!]).trimEnd()).toBe('one');
    // Who comes in the middle of it is told, too.
    expect(await late.next()).toMatchObject({ type: 'NOTICE', state: 'INTERRUPTED' });
    source.write('two\n');
    source.failure = null;
    source.end = 'ENDED';
    messages.push(...(await readAll(reader)));
    expect(messages.map(({ type }) => type)).toContain('NOTICE');
    expect(messages.filter((message) => message.type === 'NOTICE').map(({ state }) => state)).toEqual(['INTERRUPTED', 'RESUMED']); // prettier-ignore
    expect(textOf(messages)).toBe('one\ntwo\n');
  });

  it('that begins anew says so, tells all there is, and never claims to be whole', async () => {
    const { source, open } = followScripted(way);
    const reader = await open();
    source.write('first attempt\n');
    const first = await readText(reader, 14);
    source.text.STDOUT = 'second\n';
    const gap: LogMessage[] = [];
    while (gap.at(-1)?.type !== 'GAP') gap.push((await reader.next())!);
    expect(gap.at(-1)).toMatchObject({ reason: 'REPLACED', lostBytes: null });
    await readText(reader, 6);
    // A place in the text before is found in no text: that is told again, whether the log is followed or not.
    const resumed = await open({ after: first.at(-1)!.cursor });
    source.write('end\n');
    source.end = 'ENDED';
    const rest = await readAll(reader);
    expect(textOf(rest).endsWith('end\n')).toBe(true);
    expect(rest.at(-1)).toMatchObject({ type: 'ENDED', end: 'TRUNCATED' });
    const other = await readAll(resumed);
    expect(other[0]).toMatchObject({ type: 'GAP', reason: 'REPLACED' });
    expect(textOf(other)).toBe('second\nend\n');
  });

  it.each(['GONE', 'TRUNCATED'] as const)('ends as %s when its provider says so', async (end) => {
    const { source, open } = followScripted(way);
    source.write('the beginning\n');
    source.end = end;
    source.message = 'Only so much is kept.';
    const messages = await readAll(await open());
    expect(textOf(messages)).toBe('the beginning\n');
    expect(messages.at(-1)).toMatchObject({ type: 'ENDED', end, message: 'Only so much is kept.' });
  });

  it('is given up as unavailable in the end, and begun anew by who asks again', async () => {
    const { source, open } = followScripted(way, { giveUpMs: 50 });
    source.write('one\n');
    const reader = await open();
    await readText(reader, 4);
    source.failure = OUTAGE;
    const messages = await readAll(reader);
    expect(messages.at(-1)).toMatchObject({ type: 'ENDED', end: 'UNAVAILABLE', message: OUTAGE.message });
    source.failure = null;
    source.end = 'ENDED';
    expect(textOf(await readAll(await open()))).toBe('one\n');
  });

  it.each([
    ['NOT_FOUND', 'GONE'],
    ['FORBIDDEN', 'UNAVAILABLE'],
    ['UNAUTHENTICATED', 'UNAVAILABLE'],
  ] as const)('ends at once with %s', async (code, end) => {
    const { source, open } = followScripted(way);
    source.failure = new GridweaveError(code, 'No.');
    expect(await readAll(await open())).toMatchObject([{ type: 'ENDED', end, message: 'No.' }]);
  });

  it('ends with the gateway', async () => {
    const { source, followers, open } = followScripted(way);
    source.hold = new Promise(() => {});
    const reading = readAll(await open());
    await vi.waitFor(() => expect(source.readings).toBe(1));
    await followers.close();
    expect(await reading).toEqual([]);
    expect(followers.stats).toEqual({ logs: 0, readers: 0 });
    await expect(open()).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });
});

it('a line that nobody says is over is told without its newline, which comes with what follows', async () => {
  const { source, open } = followScripted('POLLED');
  source.tellsOpenLines = false;
  const reader = await open();
  source.write('one\n');
  expect(await readText(reader, 3)).toMatchObject([{ parts: [{ text: 'one', newline: false }] }]);
  source.write('two\nthr');
  expect(textOf(await readText(reader, 8))).toBe('\ntwo\nthr');
  source.write('ee');
  source.end = 'ENDED';
  expect(textOf(await readAll(reader))).toBe('ee\n');
});

it('a letter of which only the beginning has been written is told when it is whole', async () => {
  const { source, open } = followScripted('POLLED');
  const reader = await open();
  source.write('one \uFFFD');
  expect(textOf(await readText(reader, 4))).toBe('one ');
  source.text.STDOUT = 'one \u20AC\n';
  source.end = 'ENDED';
  expect(textOf(await readAll(reader))).toBe('\u20AC\n');
});

describe('readers who are slow', () => {
  const LINE = `${'x'.repeat(99)}\n`;

  it('hold up nobody, and are told how much they missed', async () => {
    const { source, open } = followScripted('STREAMED', { keptBytes: 50_000 });
    const [fast, slow] = [await open(), await open()];
    const reading = readAll(fast);
    for (let i = 0; i < 30; i++) {
      source.write(LINE.repeat(100));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    source.end = 'ENDED';
    expect(textOf(await reading)).toBe(source.text.STDOUT);
    const late = await readAll(slow);
    const [gap] = late;
    if (gap?.type !== 'GAP') throw new Error('no gap was told');
    expect(gap.reason).toBe('SLOW');
    expect(gap.lostBytes! + textOf(late).length).toBe(source.text.STDOUT.length);
    expect(source.text.STDOUT.endsWith(textOf(late))).toBe(true);
  });

  it('are waited for when they are alone: nothing is lost, nothing is read ahead, and no reading is held open', async () => {
    const { source, open } = followScripted('STREAMED', { keptBytes: 50_000 });
    source.write(LINE.repeat(10_000));
    const reader = await open();
    await vi.waitFor(() => expect(source.readings).toBe(1));
    await vi.waitFor(() => expect(source.open).toBe(0));
    const before = source.readings;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(source.readings).toBe(before);
    source.end = 'ENDED';
    expect(textOf(await readAll(reader))).toBe(source.text.STDOUT);
  });

  it('catch up by a reading of their own when they come late, and then share', async () => {
    const { source, followers, open } = followScripted('STREAMED', { keptBytes: 20_000 });
    source.write(LINE.repeat(1_000));
    const first = await open();
    await readText(first, 100_000);
    const second = await open();
    expect(followers.stats).toEqual({ logs: 2, readers: 2 });
    const messages = await readText(second, 100_000);
    source.write('end\n');
    messages.push(...(await readText(second, 4)));
    expect(followers.stats).toEqual({ logs: 1, readers: 2 });
    expect(textOf(messages)).toBe(source.text.STDOUT);
    expect(textOf(await readText(first, 4))).toBe('end\n');
  });
});

it('the last lines are read apart when those who follow began behind them, and then shared', async () => {
  const { source, followers, open } = followScripted('STREAMED', { messageBytes: 100 });
  source.write(LINES);
  const reader = await open();
  const messages = await readText(reader, LINES.length);
  reader.close();
  await vi.waitFor(() => expect(followers.stats.logs).toBe(0));
  const first = await open({ after: messages.at(-1)!.cursor });
  source.write('more\nyet more\n');
  await readText(first, 14);
  const { readings } = source;
  await vi.waitFor(() => expect(source.readings).toBeGreaterThan(readings));
  const few = await open({ tail: 1 });
  expect(followers.stats).toEqual({ logs: 1, readers: 2 });
  expect(textOf(await readText(few, 9))).toBe('yet more\n');
  const many = await open({ tail: 3 });
  expect(followers.stats).toEqual({ logs: 2, readers: 3 });
  const wanted = 'line 399\nmore\nyet more\n';
  const told = await readText(many, wanted.length);
  source.write('end\n');
  source.end = 'ENDED';
  told.push(...(await readAll(many)));
  expect(textOf(told)).toBe(`${wanted}end\n`);
  expect(followers.stats.logs).toBe(1);
});

describe('what is wrong with a request', () => {
  it('is said before anything is sent', async () => {
    const none = followScripted('POLLED', {}, { logs: 'NONE' });
    await expect(none.open()).rejects.toMatchObject({ code: 'UNSUPPORTED_OPERATION' });
    const { source, open } = followScripted('POLLED');
    source.write('x\n');
    const { cursor } = (await (await open()).next())!;
    await expect(open({ after: 'nonsense' })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
    await expect(open({ after: cursor, stream: 'STDERR' })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
    expect(none.source.lookUps + none.source.readings).toBe(0);
  });

  it('is that there is no such execution, or no room', async () => {
    const { source, followers, open } = followScripted('POLLED', { maxLogs: 1 });
    source.lookUpFailure = new GridweaveError('NOT_FOUND', 'No such execution.');
    await expect(open()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    source.lookUpFailure = new GridweaveError('PROVIDER_TIMEOUT', 'Later.');
    const reader = await open();
    await expect(open({ stream: 'STDERR' })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(followers.stats).toEqual({ logs: 1, readers: 1 });
    reader.close();
  });
});

it('is not shared by callers with other credentials', async () => {
  const { followers, open } = followScripted('POLLED');
  const credential = { fingerprint: 'mine', apply: () => {} };
  await open();
  await open({}, testContext({ credentials: own(credential) }));
  await open({}, testContext({ credentials: own(credential) }));
  expect(followers.stats).toEqual({ logs: 2, readers: 3 });
});

it('goes on when its provider is configured anew, and ends when it is taken out', async () => {
  const { source, providers, open } = followScripted('POLLED');
  const reader = await open();
  source.write('one\n');
  await readText(reader, 4);
  const other = new ScriptedLog('STREAMED');
  other.text.STDOUT = 'one\ntwo\n';
  providers.replace([other]);
  source.failure = OUTAGE;
  expect(textOf(await readText(reader, 4))).toBe('two\n');
  providers.replace([]);
  const [last] = (await readAll(reader)).slice(-1);
  expect(last).toMatchObject({ type: 'ENDED', end: 'UNAVAILABLE' });
  await expect(open()).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('a fault of ours ends the log, is reported, and harms nobody', async () => {
  const { source, faults, open } = followScripted('POLLED');
  source.failure = new TypeError('a fault');
  expect(await readAll(await open())).toMatchObject([{ type: 'ENDED', end: 'UNAVAILABLE' }]);
  expect(faults).toHaveLength(1);
});
