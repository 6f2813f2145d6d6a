import { styleText } from 'node:util';
import { ERROR_CODES, type GridweaveError } from '../model/errors.ts';
import type { RecordKind } from '../model/ids.ts';
import type { Capabilities, ProbeResult } from '../providers/provider.ts';
import { formatTable, oneLine, type Column } from './table.ts';

/** What a probe found out about one provider. */
export interface Checked {
  readonly key: string;
  readonly kind: string;
  readonly capabilities: Capabilities;
  readonly probe: ProbeResult;
}

type Style = Parameters<typeof styleText>[0];

const PLURAL: Readonly<Record<RecordKind, string>> = {
  job: 'jobs',
  task: 'tasks',
  execution: 'executions',
  computeNode: 'nodes',
  project: 'projects',
};

function paint(style: Style, text: string): string {
  // Whether colour is wanted was decided by the caller, for the stream it writes to.
  return styleText(style, text, { validateStream: false });
}

/** A permission to read that the provider denied: lists of that kind will be empty. */
export function deniedReads({ permissions }: ProbeResult): string[] {
  return permissions
    .filter(({ name, allowed }) => allowed === false && /^read\b/.test(name))
    .map(({ name }) => name);
}

/** Whether somebody has to do something before this provider works. */
export function isTrouble({ probe }: Checked): boolean {
  return !probe.reachable || probe.problem !== null || deniedReads(probe).length > 0;
}

/** "jobs tasks nodes, logs snapshot, changes delta": what the provider can do, in a few words. */
function spellCapabilities({ kinds, logs, changes, cost }: Capabilities): string {
  return [
    kinds.map((kind) => PLURAL[kind]).join(' '),
    logs === 'NONE' ? 'no logs' : `logs ${logs.toLowerCase()}`,
    changes === 'NONE' ? 'no changes' : `changes ${changes.toLowerCase()}`,
    ...(cost ? ['cost'] : []),
  ].join(', ');
}

function spellPermissions({ permissions }: ProbeResult): string {
  const named = (wanted: boolean | null): string[] =>
    permissions.filter(({ allowed }) => allowed === wanted).map(({ name }) => name);
  return [
    ...named(true),
    ...named(false).map((name) => `NOT ${name}`),
    ...named(null).map((name) => `${name}?`),
  ].join(', ');
}

const columns: readonly Column<Checked>[] = [
  { title: 'KEY', cell: ({ key }) => key },
  { title: 'KIND', cell: ({ kind }) => kind },
  {
    title: 'REACHABLE',
    cell: ({ probe }) => (probe.reachable ? 'yes' : 'no'),
    paint: (text, { probe }) => paint(probe.reachable ? 'green' : 'red', text),
  },
  { title: 'VERSION', cell: ({ probe }) => probe.version ?? '' },
  {
    title: 'LATENCY',
    cell: ({ probe }) => (probe.latencyMs === null ? '' : `${Math.round(probe.latencyMs)} ms`),
    align: 'right',
  },
  {
    title: 'CREDENTIAL MAY',
    cell: ({ probe }) => spellPermissions(probe),
    paint: (text, { probe }) => (deniedReads(probe).length > 0 ? paint('red', text) : text),
  },
  {
    title: 'PROBLEM',
    cell: ({ probe }) => probe.problem?.code ?? '',
    paint: (text, { probe }) => (probe.problem === null ? text : paint('red', text)),
  },
  { title: 'CAPABILITIES', cell: ({ capabilities }) => spellCapabilities(capabilities) },
];

function problemLines(problem: GridweaveError): string[] {
  const { retryAfterMs } = problem.details;
  const wait = retryAfterMs === undefined ? [] : [`It asks to wait ${Math.ceil(retryAfterMs / 1000)} s.`];
  return [oneLine(problem.message), `Fix: ${ERROR_CODES[problem.code].remedy}`, ...wait];
}

/** What the table has no room for: messages, remedies and notes of each provider that has some. */
function hints(checked: Checked): string[] {
  const { key, probe } = checked;
  const denied = deniedReads(probe);
  const lines = [
    ...(probe.problem === null ? [] : problemLines(probe.problem)),
    ...(probe.reachable || probe.problem !== null ? [] : ['It did not answer, and gave no reason.']),
    ...(denied.length === 0
      ? []
      : [
          `The credential may not ${denied.join(', ')}.`,
          'Fix: Grant this at the provider, or use another credential.',
        ]),
    ...probe.notes.map((note) => `Note: ${oneLine(note)}`),
  ];
  return lines.length === 0 ? [] : ['', `${key}:`, ...lines.map((line) => `  ${line}`)];
}

/** The table for people, with hints under it and a summary at the end. */
export function formatReport(results: readonly Checked[], colour: boolean): string {
  if (results.length === 0) return 'No provider is enabled: there is nothing to check.\n';
  const ready = results.filter((result) => !isTrouble(result)).length;
  const summary = `${ready} of ${results.length} provider${results.length === 1 ? ' is' : 's are'} ready.`;
  return [
    ...formatTable(columns, results, colour),
    ...results.flatMap(hints),
    '',
    colour ? paint(ready === results.length ? 'green' : 'red', summary) : summary,
    '',
  ].join('\n');
}

/** The same for programs. Member names are stable. */
export function formatJson(results: readonly Checked[]): string {
  const providers = results.map((result) => {
    const { key, kind, capabilities, probe } = result;
    const { reachable, version, latencyMs, permissions, problem, notes } = probe;
    return {
      key,
      kind,
      ok: !isTrouble(result),
      reachable,
      version,
      latencyMs,
      permissions,
      problem:
        problem === null
          ? null
          : { code: problem.code, message: problem.message, remedy: ERROR_CODES[problem.code].remedy },
      notes,
      capabilities,
    };
  });
  return `${JSON.stringify({ ok: providers.length > 0 && providers.every(({ ok }) => ok), providers }, null, 2)}\n`;
}
