import { request, type ClientRequest } from 'node:http';
import type { Rig } from './rig.ts';

const QUERIES = ['jobEvents', 'executionEvents', 'computeNodeEvents', 'taskEvents'].map(
  (field) => `subscription { ${field} { __typename ... on LiveMessage { cursor } } }`,
);

/**
 * Somebody subscribes at every door, so that what providers answer is read in the background, too. Whatever is told is
 * searched for secrets and for faults of the gateway.
 */
export function watch(rig: Rig): Promise<() => Promise<void>> {
  const open: ClientRequest[] = [];
  for (const door of rig.doors) {
    for (const query of QUERIES) {
      const target = `${door.url}/graphql?query=${encodeURIComponent(query)}`;
      const headers = { accept: 'text/event-stream', ...door.entry() };
      const asked = request(target, { headers, agent: false }, (response) => {
        response.setEncoding('utf8').on('data', (text: string) => {
          const secret = rig.canaries.foundIn(text);
          if (secret !== null) rig.faults.push(`${secret} in an event`);
          if (text.includes('"INTERNAL"')) rig.faults.push(`INTERNAL in an event: ${text.slice(0, 300)}`);
        });
        response.on('error', () => {});
      });
      asked.on('error', () => {});
      asked.end();
      open.push(asked);
    }
  }
  return Promise.resolve(() => {
    for (const asked of open) asked.destroy();
    return Promise.resolve();
  });
}
