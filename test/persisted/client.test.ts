import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';
import { expect, it } from 'vitest';
import { createLiveClient } from '../../src/client/index.ts';
import { WatchJobsDocument } from '../generated/graphql.ts';
import { startPersisted } from './rig.ts';

it('our client sends ids, and so watches where only trusted documents are run', async () => {
  const gateway = await startPersisted({ mode: 'only', manifests: ['documents.json'] }, ['{ __typename }']);
  await gateway.write(
    readFileSync(new URL('../../schema/persisted-documents.json', import.meta.url), 'utf8'),
  );
  await gateway.running.reload(gateway.read({ mode: 'only', manifests: ['documents.json'] }));
  const url = `${gateway.url}/graphql`;
  try {
    for (const transport of ['ws', 'sse'] as const) {
      const client = createLiveClient({ url, transport, webSocket: WebSocket, persisted: true });
      const types = new Set<string>();
      for await (const message of client.events(WatchJobsDocument, {})) {
        types.add(message.__typename);
        if (message.__typename === 'SnapshotEnd') break;
      }
      expect([transport, ...types]).toEqual([transport, 'JobSnapshot', 'SnapshotEnd']);
      client.close();
      // Its own printing of the document is another text than the one in the manifest.
      const whole = createLiveClient({ url, transport, webSocket: WebSocket });
      const events = whole.events(WatchJobsDocument, {});
      await expect(events.next()).rejects.toMatchObject({
        code: 'REFUSED',
        errors: [{ extensions: { code: 'OPERATION_NOT_TRUSTED' } }],
      });
      whole.close();
    }
  } finally {
    await gateway.close();
  }
});
