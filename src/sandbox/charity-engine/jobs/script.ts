/**
 * What a command line says about its own course, so that tests need no control plane. Nothing is executed. Beside what
 * every emulator of the sandbox understands (`sleep`, `exit`, `echo`), these are recognised anywhere in the text:
 *
 * | text                               | effect                                                               |
 * |------------------------------------|----------------------------------------------------------------------|
 * | `#emu:run=45s`                     | runs that long; the unit is ms, s, m or h                            |
 * | `#emu:fail`                        | ends as failed                                                       |
 * | `#emu:fail-at=downloading`         | fails there; also provisioning, running and uploading                |
 * | `#emu:hang`                        | runs until its hours are over or it is cancelled                     |
 * | `#emu:requeue=2`                   | goes back to provisioning so often, each time with a new log         |
 * | `#emu:out=name.txt:base64`         | an output file with that content                                     |
 * | `> /local/output/x`, `> output/x`  | an output file `x` that holds the log                                |
 * | `SANDBOX_OUTCOME=oom`              | as in the environment of other emulators' jobs; so SANDBOX_FAIL_FIRST |
 */
import type { SimFate, SimOutcome } from '../../world/types.ts';
import { deriveFate } from '../../world/fate.ts';
import { failureMessage } from '../../world/catalogue/failures.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const FOREVER_MS = 365 * 24 * 3_600_000;
const MAX_REQUEUES = 10;

const REDIRECTION = /\s*>>?\s*(?:\/local\/)?output\/([^\s;|&<>"']+)/g;

/** The command as a shell would see it: without the sandbox's tokens, and without what goes to an output file. */
export function shellCommand(commandLine: string): string {
  return commandLine
    .replaceAll(/\s*#emu:\S+/g, '')
    .replaceAll(REDIRECTION, '')
    .trim();
}

/** Output files that the command line promises; `content` is null for a file that holds the log. */
export function promisedOutputs(
  commandLine: string,
): readonly { readonly filename: string; readonly content: Buffer | null }[] {
  const given = [...commandLine.matchAll(/#emu:out=([^\s:]+):([\w+/=-]*)/g)].map(
    ([, filename = '', content = '']) => ({ filename, content: Buffer.from(content, 'base64') }),
  );
  const redirected = [...commandLine.matchAll(REDIRECTION)].map(([, filename = '']) => ({
    filename,
    content: null,
  }));
  return [...new Map([...redirected, ...given].map((file) => [file.filename, file])).values()];
}

interface Course {
  readonly fate: SimFate;
  readonly maxRetries: number;
}

/** How the job will go. `command` is what counts as shell text, empty for a job that runs none. */
export function courseOf(
  commandLine: string,
  spec: {
    readonly image: string;
    readonly command: readonly string[];
    readonly memoryBytes: number;
    readonly timeoutMs: number;
  },
): Course {
  const assignments = commandLine.matchAll(/\b(SANDBOX_(?:OUTCOME|FAIL_FIRST))=["']?([\w-]+)/g);
  const env = Object.fromEntries([...assignments].map(([, name = '', value = '']) => [name, value]));
  const fate = deriveFate({ ...spec, env });
  const requeues = Number(/#emu:requeue=(\d+)/.exec(commandLine)?.[1] ?? 0);
  const failFirst = Math.min(MAX_REQUEUES, Math.max(requeues, fate.failFirst));
  return {
    fate: {
      ...fate,
      runMs: runMsOf(commandLine) ?? fate.runMs,
      outcome: outcomeOf(commandLine, spec) ?? fate.outcome,
      failFirst,
    },
    maxRetries: failFirst,
  };
}

function runMsOf(commandLine: string): number | null {
  if (/#emu:hang\b/.test(commandLine)) return FOREVER_MS;
  const [, number, unit = 's'] = /#emu:run=(\d+(?:\.\d+)?)(ms|s|m|h)?/.exec(commandLine) ?? [];
  return number === undefined ? null : Math.min(FOREVER_MS, Number(number) * (UNIT_MS[unit] ?? 1000));
}

const CAUSES = { provisioning: 'unschedulable', downloading: 'input', uploading: 'output' } as const;

function outcomeOf(
  commandLine: string,
  spec: { readonly image: string; readonly memoryBytes: number },
): SimOutcome | null {
  const at = /#emu:fail(?:-at=(\w+)|(?![\w-]))/.exec(commandLine);
  if (at === null) return null;
  const stage = at[1] ?? 'running';
  if (stage !== 'provisioning' && stage !== 'downloading' && stage !== 'uploading') {
    return { kind: 'nonzero', exitCode: 1 };
  }
  const cause = CAUSES[stage];
  return { kind: 'failure', cause, message: failureMessage(cause, spec) };
}
