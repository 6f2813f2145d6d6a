import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Family } from '../support/exposition.ts';
import { startObserved, type Observed } from './rig.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
}

const dashboard = JSON.parse(read('docs/grafana-dashboard.json')) as Dashboard;
const expressions = [
  ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.annotations.list.map(({ expr }) => expr),
  ...dashboard.templating.list.map(({ query }) => JSON.stringify(query)),
];
const METRIC = /\b(?:gridweave|process|nodejs)_[a-z0-9_]+/g;

let gateway: Observed;
let families: Map<string, Family>;
beforeAll(async () => {
  gateway = await startObserved();
  families = await gateway.scrape();
});
afterAll(() => gateway.close(0));

/** The names that samples of a metric can have. */
const sampleNames = (): Set<string> =>
  new Set(
    [...families].flatMap(([name, { type }]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );

it('shows only metrics that there are', () => {
  const used = expressions.flatMap((expression) => expression.match(METRIC) ?? []);
  expect(used.length).toBeGreaterThan(40);
  const known = sampleNames();
  expect(used.filter((name) => !known.has(name))).toEqual([]);
});

it('shows every metric of the gateway somewhere', () => {
  const text = expressions.join('\n');
  const own = [...families.keys()].filter((name) => name.startsWith('gridweave_'));
  expect(own.length).toBeGreaterThan(30);
  const elsewhere = new Set([
    'gridweave_live_operations',
    'gridweave_live_window_events',
    'gridweave_live_window_bytes',
    'gridweave_upstream_rate_burst_tokens',
    'gridweave_upstream_last_failure_timestamp_seconds',
  ]);
  expect(own.filter((name) => !elsewhere.has(name) && !text.includes(name))).toEqual([]);
});

it('is written without slips: brackets match, counters are rated, variables are defined', () => {
  const variables = new Set([...dashboard.templating.list.map(({ name }) => name), '__rate_interval']);
  for (const expression of expressions) {
    for (const [open, close] of ['()', '[]', '{}']) {
      expect(expression.split(open!).length, expression).toBe(expression.split(close!).length);
    }
    for (const [, name = ''] of expression.matchAll(/\$\{?(\w+)/g))
      expect(variables, expression).toContain(name);
    for (const [total] of expression.matchAll(/\w+_total\b/g)) {
      expect(expression, total).toMatch(new RegExp(`(?:rate|increase)\\(${total}\\{`));
    }
  }
});

it('uses only labels that the metrics have', () => {
  const given: Record<string, RegExp> = {
    provider: /^gridweave_(?:upstream|provider|act|live_(?:events|source|window|epoch))/,
  };
  for (const expression of expressions) {
    for (const [, name = '', matchers = ''] of expression.matchAll(/(\w+)\{([^}]*)\}/g)) {
      for (const [label, pattern] of Object.entries(given)) {
        if (matchers.includes(`${label}=~`)) expect(name, expression).toMatch(pattern);
      }
    }
  }
});

it('has panels that do not lie on each other, each with a title and a description', () => {
  const panels = dashboard.panels.filter(({ type }) => type !== 'row');
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  for (const [i, { title, description, gridPos: a }] of panels.entries()) {
    expect(title).not.toBe('');
    expect(description, title).toMatch(/\.$/);
    expect(a.x + a.w, title).toBeLessThanOrEqual(24);
    for (const { gridPos: b, title: other } of panels.slice(i + 1)) {
      const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
      expect(apart, `${title} and ${other}`).toBe(true);
    }
  }
});

it('docs/operations.md names every metric of the gateway, and none that is not there', () => {
  const text = read('docs/operations.md');
  const named = new Set(text.match(/\bgridweave_[a-z0-9_]+/g));
  const own = [...families.keys()].filter((name) => name.startsWith('gridweave_'));
  expect(own.filter((name) => !named.has(name))).toEqual([]);
  const known = new Set([...own, ...sampleNames()]);
  expect([...named].filter((name) => !known.has(name))).toEqual([]);
});
