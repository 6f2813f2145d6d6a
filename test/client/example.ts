import { WebSocket } from 'ws';
import { createLiveClient } from '../../src/client/index.ts';
import { WatchFailuresDocument, WatchJobsDocument } from '../generated/graphql.ts';

/* The pieces of docs/client.md, each between its markers. They are compiled here and run by docs.test.ts. */

export async function piecesOfTheDocs(url: string, project: string, log: (line: string) => void) {
  // piece: client
  const client = createLiveClient({ url, webSocket: WebSocket });
  // end

  // piece: mirror
  const jobs = client.mirror(
    WatchJobsDocument,
    { filter: { states: ['QUEUED', 'RUNNING'] } },
    {
      object: 'job',
      onChange: (objects) => log([...objects.values()].map(({ name }) => name).join(', ')),
      onState: (state, why) => log(`${state} ${why ?? ''}`),
    },
  );
  // later
  jobs.stop();
  // end

  // piece: callbacks
  const failures = client.subscribe(
    WatchFailuresDocument,
    { project },
    {
      onMessage: (message) => {
        if (message.__typename === 'JobChange' && message.matches) log(`${message.job.name} failed`);
      },
      onGap: () => log('Some failures may have been missed.'),
      onEnd: (error) => log(error?.message ?? 'over'),
    },
  );
  // later
  failures.stop();
  // end

  // piece: loop
  for await (const message of client.events(WatchJobsDocument, {})) {
    if (message.__typename === 'JobSnapshot') log(`there is ${message.job.name}`);
    if (message.__typename === 'SnapshotEnd') break;
  }
  // end

  // piece: close
  client.close();
  // end
}
