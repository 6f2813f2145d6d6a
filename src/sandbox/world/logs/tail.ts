/** What an execution has printed, generated line by line as time passes and kept once somebody has asked for it. */
import type { ExecutionDraft, SiteState } from '../state.ts';
import { streamOf } from '../state.ts';
import type { SimLogLine } from '../types.ts';
import { endingOf } from './endings.ts';
import type { LogKind } from './kinds.ts';
import { agent, render, service } from './operations.ts';
import { align, callVariants, simulate, steps } from './research.ts';
import type { LogFacts, LogScript } from './script.ts';
import { train } from './train.ts';
import { userCommand } from './user-command.ts';

const SCRIPTS: Readonly<Record<LogKind, LogScript>> = {
  script: userCommand,
  steps,
  train,
  align,
  call: callVariants,
  render,
  simulate,
  service,
  agent,
};

/** Nobody prints more than this in the sandbox; a service that would is cut off there. */
const MAX_LINES = 50_000;

/** A log as far as it has been read. */
export interface LogTail {
  /** The lines up to the time of the last reading. */
  readonly lines: readonly SimLogLine[];
  /** Adds what was printed up to `until`, and the last words once it has ended. */
  extend(until: number, ending: () => readonly SimLogLine[] | null): void;
}

function createTail(script: Iterator<SimLogLine>): LogTail {
  const lines: SimLogLine[] = [];
  let next = script.next();
  let ended = false;
  return {
    lines,
    extend: (until, ending) => {
      if (ended) return;
      while (next.done !== true && next.value.at <= until && lines.length < MAX_LINES) {
        // Two threads of a program may print across each other; their log is in order all the same.
        const at = Math.max(next.value.at, lines.at(-1)?.at ?? 0);
        lines.push(at === next.value.at ? next.value : { ...next.value, at });
        next = script.next();
      }
      const last = ending();
      if (last === null) return;
      lines.push(...last);
      ended = true;
    },
  };
}

/** Everything an execution has printed up to the site's now. */
export function readLog(site: SiteState, execution: ExecutionDraft): readonly SimLogLine[] {
  const plan = site.plans.get(execution.id);
  const { startedAt, endedAt, outcome, nodeId } = execution;
  if (plan === undefined || startedAt === null) return [];
  const node = nodeId === null ? undefined : site.nodes.get(nodeId);
  const gpuModel = plan.spec.gpus > 0 ? (node?.gpus[0]?.model ?? null) : null;
  let tail = site.logTails.get(execution.id);
  if (tail === undefined) {
    const facts: LogFacts = {
      spec: plan.spec,
      index: execution.index,
      attempt: execution.attempt,
      nodeName: node?.name ?? 'unknown',
      gpuModel,
      startedAt,
      runMs: plan.logKind === 'script' ? plan.runMs : plan.expectedMs,
    };
    tail = createTail(SCRIPTS[plan.logKind](facts, streamOf(site, 'log', execution.id))[Symbol.iterator]());
    site.logTails.set(execution.id, tail);
  }
  const until = Math.min(endedAt ?? site.timeline.now, startedAt + plan.runMs);
  tail.extend(until, () =>
    endedAt === null || outcome === null ? null : endingOf(plan.logKind, outcome, endedAt, gpuModel),
  );
  return tail.lines.slice();
}
