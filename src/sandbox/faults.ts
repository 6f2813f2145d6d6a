/** The fault switches of one emulator: which are set, which of them hit a call, and how they are read from JSON. */
import { GridweaveError } from '../model/errors.ts';
import type { Fault, FaultBoard, FaultEffect } from './emulator.ts';
import type { Random } from './world/prng.ts';

/** A board whose faults can be drawn for a call. Only the emulator's server draws. */
export interface DrawableFaultBoard extends FaultBoard {
  /** Effects that hit this call ("METHOD /path"), in the order they were set; counts them off. */
  draw(call: string): readonly FaultEffect[];
}

export function createFaultBoard(random: Random): DrawableFaultBoard {
  const faults = new Map<string, { fault: Fault; left: number }>();
  return {
    set: (name, fault) => {
      faults.delete(name);
      faults.set(name, { fault, left: fault.times ?? Infinity });
    },
    clear: (name) => {
      if (name === undefined) faults.clear();
      else faults.delete(name);
    },
    list: () => Object.fromEntries([...faults].map(([name, entry]) => [name, entry.fault])),
    draw: (call) => {
      const effects: FaultEffect[] = [];
      for (const [name, entry] of faults) {
        const { fault } = entry;
        if (fault.match !== undefined && !call.includes(fault.match)) continue;
        if (fault.probability !== undefined && !random.chance(fault.probability)) continue;
        if (entry.left < 1) {
          faults.delete(name);
          continue;
        }
        entry.left -= 1;
        if (entry.left < 1) faults.delete(name);
        effects.push(fault.effect);
      }
      return effects;
    },
  };
}

function invalid(field: string, message: string): GridweaveError {
  return new GridweaveError('INVALID_ARGUMENT', message, { field });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type MemberType = 'number' | 'string' | 'boolean';
interface MemberTypes {
  readonly number: number;
  readonly string: string;
  readonly boolean: boolean;
}

function readOptional<T extends MemberType>(
  from: Readonly<Record<string, unknown>>,
  name: string,
  type: T,
): MemberTypes[T] | undefined {
  const value = from[name];
  if (value === undefined) return undefined;
  if (typeof value !== type || (typeof value === 'number' && !Number.isFinite(value))) {
    throw invalid(name, `A fault's "${name}" must be a ${type}.`);
  }
  return value as MemberTypes[T];
}

function read<T extends MemberType>(
  from: Readonly<Record<string, unknown>>,
  name: string,
  type: T,
): MemberTypes[T] {
  const value = readOptional(from, name, type);
  if (value === undefined) throw invalid(name, `This fault needs a "${name}", a ${type}.`);
  return value;
}

function parseEffect(value: unknown): FaultEffect {
  if (!isObject(value)) throw invalid('effect', 'A fault needs an "effect": an object with a "kind".');
  switch (value['kind']) {
    case 'hang':
    case 'unauthorized':
      return { kind: value['kind'] };
    case 'latency':
    case 'clock-skew':
      return { kind: value['kind'], ms: read(value, 'ms', 'number') };
    case 'truncate':
      return { kind: 'truncate', bytes: read(value, 'bytes', 'number') };
    case 'garbage':
      return { kind: 'garbage', body: read(value, 'body', 'string') };
    case 'slow-body': {
      const bytesPerSecond = read(value, 'bytesPerSecond', 'number');
      if (bytesPerSecond <= 0) throw invalid('bytesPerSecond', '"bytesPerSecond" must be above 0.');
      return { kind: 'slow-body', bytesPerSecond };
    }
    case 'reset': {
      const afterCommit = readOptional(value, 'afterCommit', 'boolean');
      return { kind: 'reset', ...(afterCommit === undefined ? {} : { afterCommit }) };
    }
    case 'status': {
      const status = read(value, 'status', 'number');
      if (!Number.isInteger(status) || status < 200 || status > 599) {
        throw invalid('status', '"status" must be an HTTP status from 200 to 599.');
      }
      const body = readOptional(value, 'body', 'string');
      const contentType = readOptional(value, 'contentType', 'string');
      const retryAfter = readOptional(value, 'retryAfter', 'string');
      return {
        kind: 'status',
        status,
        ...(body === undefined ? {} : { body }),
        ...(contentType === undefined ? {} : { contentType }),
        ...(retryAfter === undefined ? {} : { retryAfter }),
      };
    }
    default:
      throw invalid(
        'kind',
        'An effect\'s "kind" is one of: latency, hang, status, truncate, garbage, reset, slow-body, unauthorized, clock-skew.',
      );
  }
}

/** Reads a fault from decoded JSON; throws INVALID_ARGUMENT that names the member at fault. */
export function parseFault(value: unknown): Fault {
  if (!isObject(value)) throw invalid('fault', 'A fault is an object with an "effect".');
  const match = readOptional(value, 'match', 'string');
  const times = readOptional(value, 'times', 'number');
  const probability = readOptional(value, 'probability', 'number');
  return {
    ...(match === undefined ? {} : { match }),
    ...(times === undefined ? {} : { times }),
    ...(probability === undefined ? {} : { probability }),
    effect: parseEffect(value['effect']),
  };
}

/** Reads a whole board, a fault by each name. */
export function parseFaults(value: unknown): ReadonlyMap<string, Fault> {
  if (!isObject(value)) throw invalid('faults', 'Send an object that holds a fault by each name.');
  return new Map(Object.entries(value).map(([name, fault]) => [name, parseFault(fault)]));
}
