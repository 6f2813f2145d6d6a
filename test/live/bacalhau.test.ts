import { describe, test } from 'vitest';
import { bacalhau } from '../../src/providers/bacalhau/index.ts';
import { bearerCredential } from '../../src/upstream/credential.ts';
import { runContract } from '../contract/run.ts';
import { BACALHAU_FACTS } from '../contract/targets/bacalhau-facts.ts';
import { liveTarget } from '../contract/targets/live.ts';

const url = process.env['GRIDWEAVE_LIVE_BACALHAU_URL'];
const apiKey = process.env['GRIDWEAVE_LIVE_BACALHAU_API_KEY'];

if (url === undefined || url === '') {
  console.warn('Bacalhau is not tested: set GRIDWEAVE_LIVE_BACALHAU_URL to an orchestrator.');
  describe.skip('a live Bacalhau (GRIDWEAVE_LIVE_BACALHAU_URL is not set)', () => {
    test('is not there');
  });
} else {
  const credential = apiKey === undefined ? null : bearerCredential(apiKey);
  runContract(
    liveTarget({ name: 'a live Bacalhau', kind: bacalhau, facts: BACALHAU_FACTS, url, credential }),
    { wanted: (item) => item.live === true, moving: true },
  );
}
