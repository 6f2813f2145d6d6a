import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, redactText } from './redact.ts';

const CANARY = 'c4n4ry-s3cret';

describe('redactText', () => {
  it.each([
    `Authorization: Bearer ${CANARY}`,
    `authorization: ${CANARY}`,
    `got "Bearer ${CANARY}" instead`,
    `Cookie: sid=${CANARY}`,
    `https://user:${CANARY}@host/path`,
    `https://${CANARY}@host/path`,
    `GET /x?api_key=${CANARY}&limit=1`,
    `{"token":"${CANARY}","name":"x"}`,
    `{"clientSecret": "a\\"${CANARY}"}`,
    `password = '${CANARY}'`,
    `eyJhbGciOi.${CANARY}.${CANARY}`,
  ])('masks the secret in %s', (text) => {
    expect(redactText(text)).not.toContain(CANARY);
    expect(redactText(text)).toContain('[redacted]');
  });

  it('leaves ordinary text alone', () => {
    const text = 'job 17 at http://10.0.0.5:1234/api failed with 503';
    expect(redactText(text)).toBe(text);
  });

  it('is quick on hostile text', () => {
    const started = performance.now();
    for (const text of [
      'token'.repeat(50_000),
      '"'.repeat(50_000),
      'a://'.repeat(50_000),
      'eyJ'.repeat(50_000),
    ]) {
      redactText(text);
    }
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('changes nothing when applied again', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (noise) => {
        const once = redactText(`${noise} token=${CANARY} ${noise}`);
        expect(redactText(once)).toBe(once);
      }),
    );
  });
});

describe('redact', () => {
  it('masks members by name, at any depth, and URLs and errors', () => {
    const logged = redact({
      route: '/jobs/{}',
      headers: { Authorization: CANARY, 'set-cookie': [CANARY], accept: 'x' },
      list: [{ apiKey: CANARY }],
      url: new URL(`http://u:${CANARY}@host/`),
      error: Object.assign(new Error(`token=${CANARY}`), { code: 'EX' }),
    });
    expect(JSON.stringify(logged)).not.toContain(CANARY);
    expect(logged).toMatchObject({
      route: '/jobs/{}',
      headers: { Authorization: '[redacted]', accept: 'x' },
      error: { name: 'Error', code: 'EX' },
    });
  });

  it('ends on cycles and does not grow without bound', () => {
    const cyclic: Record<string, unknown> = { many: Array.from({ length: 1_000 }, () => 1) };
    cyclic['self'] = cyclic;
    expect(JSON.stringify(redact(cyclic)).length).toBeLessThan(5_000);
  });
});
