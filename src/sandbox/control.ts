/**
 * The control endpoint of a running emulator, beside the provider's paths, so that a sandbox can be broken by hand:
 * `GET|PUT|DELETE /-/faults[/name]` and `GET|DELETE /-/calls`. Its own calls are neither recorded nor subject to faults.
 */
import { GridweaveError } from '../model/errors.ts';
import type { FaultBoard, ReceivedCall } from './emulator.ts';
import { parseFault, parseFaults } from './faults.ts';
import type { EmulatorResponse } from './request.ts';

export interface ControlTarget {
  readonly faults: FaultBoard;
  readonly calls: readonly ReceivedCall[];
  resetCalls(): void;
}

/** True for the targets that belong to the control endpoint. */
export function isControlTarget(rawTarget: string): boolean {
  return rawTarget === '/-' || rawTarget.startsWith('/-/');
}

function json(status: number, value: unknown): EmulatorResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify(value)}\n`,
  };
}

/** Answers one control request. */
export function answerControl(
  target: ControlTarget,
  method: string,
  segments: readonly string[],
  body: Buffer,
): EmulatorResponse {
  const [, subject, name, extra] = segments;
  if (subject === 'calls' && name === undefined) return answerCalls(target, method);
  if (subject === 'faults' && extra === undefined) {
    try {
      return answerFaults(target.faults, method, name, body);
    } catch (error) {
      if (error instanceof GridweaveError) return json(400, { error: error.message });
      if (error instanceof SyntaxError) return json(400, { error: `The body is not JSON: ${error.message}` });
      throw error;
    }
  }
  return json(404, { error: 'Control paths are /-/faults, /-/faults/{name} and /-/calls.' });
}

function answerCalls(target: ControlTarget, method: string): EmulatorResponse {
  if (method === 'GET') return json(200, target.calls);
  if (method !== 'DELETE') return json(405, { error: 'Use GET or DELETE.' });
  target.resetCalls();
  return json(200, []);
}

function answerFaults(
  faults: FaultBoard,
  method: string,
  name: string | undefined,
  body: Buffer,
): EmulatorResponse {
  if (method === 'PUT') {
    const value: unknown = JSON.parse(body.toString());
    if (name === undefined) {
      const replacement = parseFaults(value);
      faults.clear();
      for (const [key, fault] of replacement) faults.set(key, fault);
    } else {
      faults.set(name, parseFault(value));
    }
  } else if (method === 'DELETE') {
    faults.clear(name);
  } else if (method !== 'GET') {
    return json(405, { error: 'Use GET, PUT or DELETE.' });
  }
  const all = faults.list();
  if (name === undefined || method !== 'GET') return json(200, all);
  const fault = all[name];
  return fault === undefined ? json(404, { error: `No fault is named ${name}.` }) : json(200, fault);
}
