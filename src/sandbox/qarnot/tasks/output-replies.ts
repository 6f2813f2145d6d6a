import type { Call, Handler } from '../routing/route.ts';
import type { Reply } from '../wire/replies.ts';
import { json, noSuch, plain } from '../wire/replies.ts';
import type { Task } from './facts.ts';
import type { Stream } from './output.ts';
import { bufferedOutput } from './output.ts';

function instanceOf(call: Call, task: Task): number | null {
  const given = call.params['instance'];
  if (given === undefined) return null;
  const id = /^\d+$/.test(given) ? Number(given) : -1;
  if (!task.facts.instanceIds.includes(id)) throw noSuch('instance', given);
  return id;
}

/** Raw text, or a JSON string where the emulator was told so: the sources disagree on the service's form. */
export function outputReply(call: Call, output: string): Reply {
  return call.installation.quotedStdout ? json(output) : plain(output);
}

/** GET: everything that is still buffered. */
export const readOutput =
  (stream: Stream, named: (call: Call) => Task): Handler =>
  (call) => {
    const task = named(call);
    return outputReply(call, bufferedOutput(call.installation, task, stream, instanceOf(call, task)));
  };

/** POST: only what nobody has read by POST yet. */
export const readFreshOutput =
  (stream: Stream, named: (call: Call) => Task): Handler =>
  (call) => {
    const task = named(call);
    const instance = instanceOf(call, task);
    return outputReply(call, call.cursors.freshOutput(call.installation, task, stream, instance));
  };
