import { expect, it } from 'vitest';
import { Canaries } from './canary.ts';

it('a secret is found however it is spelt', () => {
  const canaries = new Canaries();
  const secret = canaries.secret('the token');
  const spellings = ['', 'a', 'ab'].flatMap((before) =>
    (['utf8', 'base64', 'base64url', 'hex'] as const).map((encoding) =>
      Buffer.from(`${before}${secret}/end`).toString(encoding),
    ),
  );
  for (const spelt of [...spellings, encodeURIComponent(secret), JSON.stringify({ secret })]) {
    expect([spelt, canaries.foundIn(`before ${spelt} behind`)]).not.toEqual([spelt, null]);
  }
  expect(canaries.foundIn(`is ${secret}`)).toBe('the token');
  expect(canaries.foundIn('nothing of the kind')).toBeNull();
});
