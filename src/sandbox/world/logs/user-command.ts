import type { SimLogLine } from '../types.ts';
import type { LogScript } from './script.ts';
import { err, out } from './script.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The shell text of a command: what follows `sh -c`, or the words themselves. */
function shellText(command: readonly string[]): string {
  const text = command.join(' ').trim();
  const script = /^\S*sh\s+-\w*c\s+(.*)$/s.exec(text)?.[1];
  if (script === undefined) return text;
  return /^(["'])(.*)\1$/s.exec(script)?.[2] ?? script;
}

/**
 * A user's own command. Nothing is executed: every `echo` prints its words when the `sleep`s before it are over, and a
 * command without any says what is being simulated.
 */
export const userCommand: LogScript = function* userCommand(facts) {
  const { startedAt, runMs } = facts;
  const text = shellText(facts.spec.command);
  const lines: SimLogLine[] = [];
  let at = startedAt;
  for (const [part] of text.matchAll(/(?:"[^"]*"|'[^']*'|>&\d|[^;&|\n"'])+/g)) {
    const statement = part.trim();
    const [, amount, unit = 's'] = /^sleep\s+(\d+(?:\.\d+)?)([smhd])?$/.exec(statement) ?? [];
    if (amount !== undefined) at += Number(amount) * (UNIT_MS[unit] ?? 1000);
    const said = /^echo\s*(.*)$/s.exec(statement)?.[1];
    if (said === undefined || at > startedAt + runMs) continue;
    const toStderr = /\s*1?>&2\s*$/.test(said);
    const words = said.replace(/\s*1?>&2\s*$/, '').replaceAll(/["']/g, '');
    lines.push(toStderr ? err(at, words) : out(at, words));
  }
  if (lines.length > 0) {
    yield* lines;
    return;
  }
  yield out(startedAt, `[sandbox] simulating: ${text === '' ? facts.spec.image : text.slice(0, 200)}`);
  for (let second = 1; second * 1000 < runMs; second++) {
    yield out(startedAt + second * 1000, `[sandbox] ${second} s of ${Math.ceil(runMs / 1000)} s`);
  }
};
