import { parseExposition } from '../support/exposition.ts';
import type { Door } from './door.ts';
import type { Rig } from './rig.ts';

/** Gauges that are at zero when nobody is there. */
const AT_REST = [
  'gridweave_graphql_operations_in_progress',
  'gridweave_live_connections',
  'gridweave_live_operations',
  'gridweave_live_subscribers',
  'gridweave_live_channels',
  'gridweave_live_waiting_messages',
  'gridweave_live_pending_bytes',
  'gridweave_live_log_readers',
  'gridweave_live_followed_logs',
];

const DEADLINE_MS = 15_000;

/** What is wrong about the answer to a question that nothing is wrong about. */
export async function stillAnswers(rig: Rig): Promise<string[]> {
  const problems: string[] = [];
  for (const door of rig.doors) {
    try {
      const { statusCode, body } = await door.pool.request({
        method: 'POST',
        path: '/graphql',
        headers: { 'content-type': 'application/json', ...door.entry() },
        body: '{"query":"{ __typename providers { key } }"}',
      });
      const text = await body.text();
      if (statusCode !== 200 || !text.includes('"data"')) problems.push(`a usual query is answered with ${String(statusCode)} ${text.slice(0, 200)}`); // prettier-ignore
    } catch (error) {
      problems.push(`a usual query is not answered: ${String(error)}`);
    }
  }
  if (Object.hasOwn(Object.prototype, 'polluted') || Reflect.get({}, 'polluted') !== undefined) problems.push('Object.prototype was changed'); // prettier-ignore
  return problems;
}

/** What is still held when everybody has gone, and what the metrics say of faults. */
export async function settled(rig: Rig): Promise<string[]> {
  const end = performance.now() + DEADLINE_MS;
  for (;;) {
    const held: string[] = [];
    for (const door of rig.doors) held.push(...(await heldBy(door, rig)));
    if (held.length === 0 || performance.now() > end) return held;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function heldBy(door: Door, { canaries }: Rig): Promise<string[]> {
  const response = await fetch(`${door.running.operationsUrl ?? ''}/metrics`);
  const text = await response.text();
  const problems: string[] = [];
  const secret = canaries.foundIn(text);
  if (secret !== null) problems.push(`${secret} in the metrics`);
  if (/outcome="INTERNAL"[^}]*\} [1-9]/.test(text)) problems.push('the metrics count operations with the outcome INTERNAL'); // prettier-ignore
  const families = parseExposition(text);
  for (const name of AT_REST) {
    const held = families.get(name)?.samples.reduce((sum, { value }) => sum + value, 0);
    if (held === undefined) problems.push(`there is no metric ${name}`);
    else if (held !== 0) problems.push(`${name} is ${String(held)} when everybody has gone`);
  }
  return problems;
}
