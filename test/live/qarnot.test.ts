import { describe, test } from 'vitest';
import { qarnot } from '../../src/providers/qarnot/index.ts';
import { headerCredential } from '../../src/upstream/credential.ts';
import { runContract } from '../contract/run.ts';
import { liveTarget } from '../contract/targets/live.ts';
import { QARNOT_FACTS } from '../contract/targets/qarnot-facts.ts';

const url = process.env['GRIDWEAVE_LIVE_QARNOT_URL'];
const token = process.env['GRIDWEAVE_LIVE_QARNOT_TOKEN'];

if (url === undefined || url === '' || token === undefined || token === '') {
  console.warn('Qarnot is not tested: set GRIDWEAVE_LIVE_QARNOT_URL and GRIDWEAVE_LIVE_QARNOT_TOKEN.');
  describe.skip('a live Qarnot (GRIDWEAVE_LIVE_QARNOT_URL and _TOKEN are not set)', () => {
    test('is not there');
  });
} else {
  const credential = headerCredential('authorization', token);
  runContract(liveTarget({ name: 'a live Qarnot', kind: qarnot, facts: QARNOT_FACTS, url, credential }), {
    wanted: (item) => item.live === true,
    moving: true,
  });
}
