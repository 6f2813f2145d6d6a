import { describe, expect, it } from 'vitest';
import { scripted, testAnswer, testCall, testContext } from '../../test/support/upstream-calls.ts';
import { authenticate } from './authenticate.ts';
import { basicCredential, bearerCredential } from './credential.ts';
import { own } from '../../test/support/own-credential.ts';

const CANARY = 'c4n4ry-s3cret';

describe('authenticate', () => {
  it('adds the credential below itself only', async () => {
    const next = scripted(200);
    const call = testCall(
      { headers: { accept: 'x' } },
      testContext({ credentials: own(bearerCredential(CANARY)) }),
    );
    await authenticate(next)(call);
    expect(next.mock.calls[0]?.[0].headers).toEqual({ accept: 'x', authorization: `Bearer ${CANARY}` });
    expect(JSON.stringify(call.headers)).not.toContain(CANARY);
  });

  it('puts the bare secret where the call wants it', async () => {
    const ctx = testContext({ credentials: own(bearerCredential('for-the-header', CANARY)) });
    const sent = async (headers: boolean, bodyMember: string | null, body?: unknown) => {
      const next = scripted(200);
      const request = body === undefined ? {} : { body };
      await authenticate(next)(testCall({ ...request, credentialIn: { headers, bodyMember } }, ctx));
      const [call] = next.mock.calls[0]!;
      return [call.headers['authorization'] ?? null, call.body];
    };
    const inBody = JSON.stringify({ ids: ['1'], key: CANARY });
    expect(await sent(false, 'key', { ids: ['1'] })).toEqual([null, inBody]);
    expect(await sent(true, 'key', { ids: ['1'] })).toEqual(['Bearer for-the-header', inBody]);
    expect(await sent(false, 'key')).toEqual([null, JSON.stringify({ key: CANARY })]);
    expect(await sent(false, null, { ids: ['1'] })).toEqual([null, JSON.stringify({ ids: ['1'] })]);
    const basic = testContext({ credentials: own(basicCredential('ann', CANARY)) });
    const next = scripted(200);
    await authenticate(next)(
      testCall({ body: {}, credentialIn: { headers: false, bodyMember: 'key' } }, basic),
    );
    expect(next.mock.calls[0]?.[0].body).toBe('{}');
  });

  it('cleans a success that may be a refusal', async () => {
    const placement = { headers: false, bodyMember: 'key' };
    const request = { body: {}, decode: 'text', credentialIn: placement } as const;
    const ctx = testContext({ credentials: own(bearerCredential(CANARY)) });
    const told = scripted(testAnswer(200, {}, `bad authenticator ${CANARY}`));
    const cleaned = await authenticate(told)(testCall({ ...request, refusesWithSuccess: true }, ctx));
    expect(cleaned.body).toBe('bad authenticator [redacted]');
    expect((await authenticate(told)(testCall(request, ctx))).body).toContain(CANARY);
  });

  it.each([
    ['a bearer token', bearerCredential(CANARY), `no such key: ${CANARY}`],
    ['a whole header', bearerCredential(CANARY), `bad header "Bearer ${CANARY}"`],
    ['a Basic pair', basicCredential('ann', CANARY), Buffer.from(`ann:${CANARY}`).toString('base64')],
    ['a Basic password', basicCredential('ann', CANARY), `wrong password ${CANARY} for ann`],
  ])('cleans a refusal of %s that it repeats', async (_, credential, body) => {
    const call = testCall({}, testContext({ credentials: own(credential) }));
    const answer = await authenticate(scripted(testAnswer(401, {}, body)))(call);
    expect(answer.body).toContain('[redacted]');
    expect(answer.body).not.toContain(CANARY);
    expect(answer.body).not.toContain(Buffer.from(`ann:${CANARY}`).toString('base64'));
  });

  it('cleans a refusal of a secret with escapes, and its headers', async () => {
    const secret = `${CANARY}"/+of-the-tests`;
    const call = testCall({}, testContext({ credentials: own(bearerCredential(secret)) }));
    const body = JSON.stringify({ message: `no such key: ${secret}` }).replaceAll('/', '\\/');
    const told = testAnswer(403, { 'x-request-id': CANARY.repeat(2), date: 'now' }, body);
    const answer = await authenticate(scripted(told))(call);
    expect(answer.body).toBe('{"message":"no such key: [redacted]"}');
    expect(answer.headers['date']).toBe('now');
    expect(JSON.stringify(answer)).not.toContain(CANARY);
  });
});
