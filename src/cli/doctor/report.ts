import { styleText } from 'node:util';
import { formatTable, oneLine, type Column } from '../table.ts';
import type { Finding, Verdict } from './finding.ts';

const COLOUR: Readonly<Record<Verdict, Parameters<typeof styleText>[0]>> = {
  OK: 'green',
  WARN: 'yellow',
  FAIL: 'red',
  SKIPPED: 'gray',
};

const columns: readonly Column<Finding>[] = [
  {
    title: 'VERDICT',
    cell: ({ verdict }) => verdict,
    paint: (text, { verdict }) => styleText(COLOUR[verdict], text, { validateStream: false }),
  },
  { title: 'CHECK', cell: ({ check }) => check },
  { title: 'SUBJECT', cell: ({ subject }) => subject },
  { title: 'DETAIL', cell: ({ detail }) => detail },
];

/** Whether nothing stands in the way of running. */
export function isHealthy(findings: readonly Finding[]): boolean {
  return findings.every(({ verdict }) => verdict !== 'FAIL');
}

/** A table, and under it what to do. */
export function formatFindings(findings: readonly Finding[], colour: boolean): string {
  const toDo = findings.flatMap(({ check, subject, fix }) =>
    fix === null ? [] : [`  ${check} (${oneLine(subject)}): ${oneLine(fix)}`],
  );
  const count = (wanted: Verdict): number => findings.filter(({ verdict }) => verdict === wanted).length;
  const [failed, warned] = [count('FAIL'), count('WARN')];
  const summary =
    failed > 0
      ? `${String(failed)} of ${String(findings.length)} checks failed.`
      : warned > 0
        ? `Nothing failed; ${String(warned)} of ${String(findings.length)} checks want a look.`
        : `All is well: ${String(findings.length)} checks.`;
  return [
    ...formatTable(columns, findings, colour),
    ...(toDo.length === 0 ? [] : ['', 'What to do:', ...toDo]),
    '',
    summary,
    '',
  ].join('\n');
}

/** The same for programs. */
export function formatFindingsJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ ok: isHealthy(findings), checks: findings }, null, 2)}\n`;
}
