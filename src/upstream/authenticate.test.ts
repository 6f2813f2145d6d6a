import { describe, expect, it } from 'vitest';
import { scripted, testAnswer, testCall, testContext } from '../../test/support/upstream-calls.ts';
import { authenticate } from './authenticate.ts';
import { basicCredential, bearerCredential } from './credential.ts';

const CANARY = 'c4n4ry-s3cret';

describe('authenticate', () => {
  it('adds the credential below itself only', async () => {
    const next = scripted(200);
    const call = testCall(
      { headers: { accept: 'x' } },
      testContext({ credential: bearerCredential(CANARY) }),
    );
    await authenticate(next)(call);
    expect(next.mock.calls[0]?.[0].headers).toEqual({ accept: 'x', authorization: `Bearer ${CANARY}` });
    expect(JSON.stringify(call.headers)).not.toContain(CANARY);
  });

  it.each([
    ['a bearer token', bearerCredential(CANARY), `no such key: ${CANARY}`],
    ['a whole header', bearerCredential(CANARY), `bad header "Bearer ${CANARY}"`],
    ['a Basic pair', basicCredential('ann', CANARY), Buffer.from(`ann:${CANARY}`).toString('base64')],
    ['a Basic password', basicCredential('ann', CANARY), `wrong password ${CANARY} for ann`],
  ])('cleans a refusal of %s that it repeats', async (_, credential, body) => {
    const call = testCall({}, testContext({ credential }));
    const answer = await authenticate(scripted(testAnswer(401, {}, body)))(call);
    expect(answer.body).toContain('[redacted]');
    expect(answer.body).not.toContain(CANARY);
    expect(answer.body).not.toContain(Buffer.from(`ann:${CANARY}`).toString('base64'));
  });
});
