/** Of one sleep, in nanoseconds: about a second, none of whose bytes is above 0x7f. */
const SLICE_NANOS = 0x3b7a4a00;
const I32 = 0x7f;
/** Addresses in the program's memory. The text stands behind them all but the last. */
const [VECTOR, WRITTEN, EVENTS, SUBSCRIPTION, TEXT, EVENT] = [0, 8, 12, 16, 64, 112];

/**
 * A WebAssembly program that writes one line to its standard output, sleeps for about so many seconds, and exits with 0. Put
 * together so that it is ASCII: as text it goes wherever an inline input goes. It calls WASI preview 1, and has the
 * section of names without which Bacalhau 1.9.3 does not compile it.
 */
export function wasmProgram(line: string, seconds = 0): string {
  const text = [...Buffer.from(`${line}\n`, 'latin1')];
  if (text.length > EVENT - TEXT) throw new RangeError('the line is too long');
  if (seconds > 63) throw new RangeError('the sleep is too long');
  const sleep = seconds === 0 ? [] : sleepFor(seconds);
  const write = [...address(1), ...address(VECTOR), ...address(1), ...address(WRITTEN), ...call(0), DROP];
  const body = [1, 1, I32, ...write, ...sleep, ...address(0), ...call(2), END];
  const memory = [
    ...[TEXT, text.length, 0, 0].flatMap(u32),
    // A subscription to the monotonic clock: user data, the kind of event, the clock, how long, how exactly, flags.
    ...[0, 0, 0, 0, 1, 0, SLICE_NANOS, 0, 0, 0, 0, 0].flatMap(u32),
    ...text,
  ];
  const words = [I32, I32, I32, I32];
  const bytes = [
    ...Buffer.from('\0asm', 'latin1'),
    ...u32(1),
    ...section(
      1,
      list([
        [0x60, ...list(words), ...list([I32])],
        [0x60, ...list([I32]), 0],
        [0x60, 0, 0],
      ]),
    ),
    ...section(2, list([wasi('fd_write', 0), wasi('poll_oneoff', 0), wasi('proc_exit', 1)])),
    ...section(3, list([2])),
    ...section(5, list([[0, 1]])),
    ...section(7, list([[...name('memory'), 2, 0], [...name('_start'), 0, 3]])), // prettier-ignore
    ...section(10, list([[body.length, ...body]])),
    ...section(11, list([[0, ...address(0), END, ...list(memory)]])),
    ...section(0, [...name('name'), ...section(0, name('program'))]),
  ];
  if (bytes.some((byte) => byte > 0x7f)) throw new RangeError('the program is not ASCII');
  return Buffer.from(bytes).toString('latin1');
}

const [LOOP, VOID, END, BRANCH_IF, CALL, DROP] = [0x03, 0x40, 0x0b, 0x0d, 0x10, 0x1a];
const [GET, TEE, CONST, LESS, ADD] = [0x20, 0x22, 0x41, 0x49, 0x6a];

/** Sleeps in slices, so that whoever ends the program need not wait for its end. */
function sleepFor(slices: number): number[] {
  const poll = [
    ...address(SUBSCRIPTION),
    ...address(EVENT),
    ...address(1),
    ...address(EVENTS),
    ...call(1),
    DROP,
  ];
  const count = [GET, 0, ...address(1), ADD, TEE, 0, ...address(slices), LESS];
  return [LOOP, VOID, ...poll, ...count, BRANCH_IF, 0, END];
}

/** A constant; above 63 it would take a byte that is no ASCII, and is made of two. */
function address(value: number): number[] {
  return value <= 63 ? [CONST, value] : [CONST, 63, CONST, value - 63, ADD];
}

function call(index: number): number[] {
  return [CALL, index];
}

function wasi(what: string, type: number): number[] {
  return [...name('wasi_snapshot_preview1'), ...name(what), 0, type];
}

function name(text: string): number[] {
  return list([...Buffer.from(text, 'latin1')]);
}

/** What comes after its own count. */
function list(items: readonly (number | readonly number[])[]): number[] {
  return [items.length, ...items.flat()];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, content.length, ...content];
}

function u32(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24];
}
