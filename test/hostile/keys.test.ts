import { request } from 'node:http';
import { platform } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { READ_ALL, testAuth, type TestAuth } from '../auth/authenticators.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { giantComment } from './documents.ts';

const INFO = 30;
const TRIES = 300;

describe('somebody tries keys', () => {
  let gateway: TestGateway;
  let made: TestAuth<'known' | 'newcomer'>;
  beforeAll(async () => {
    made = await testAuth({ known: [READ_ALL], newcomer: [READ_ALL] });
    gateway = await startTestGateway({ auth: made.auth });
  });

  afterAll(async () => {
    expect(gateway.logLines.filter((line) => line.level > INFO)).toEqual([]);
    await gateway.close();
  });

  /** Status and code of an answer. */
  function answerTo(
    key: string,
    { from = '127.0.0.1', body = '{"query":"{ __typename }"}' } = {},
  ): Promise<string> {
    return new Promise((resolve) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
      const asking = request(
        `${gateway.url}/graphql`,
        { method: 'POST', localAddress: from, headers, agent: false },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('error', () => {});
          response.on('close', () => {
            const code = /"code":"([A-Z_]+)"/.exec(text)?.[1];
            resolve([String(response.statusCode), ...(code === undefined ? [] : [code])].join(' '));
          });
        },
      );
      // After an answer it says nothing new.
      asking.on('error', () => resolve('reset'));
      asking.end(body);
    });
  }

  it('and everybody else is served, also who was never there before', async () => {
    expect(await answerTo(made.keys.known)).toBe('200');
    const wrong = (i: number): string => `gw_nobody${String(i)}_${'A'.repeat(43)}`;
    const tries = Array.from({ length: TRIES }, (_, i) => answerTo(wrong(i)));
    expect(await answerTo(made.keys.known)).toBe('200');
    // Linux answers for all of 127.0.0.0/8 without being asked to.
    if (platform() === 'linux') {
      expect(await answerTo(made.keys.newcomer, { from: '127.0.0.2' })).toBe('200');
    }
    expect(new Set(await Promise.all(tries))).toEqual(new Set(['401 UNAUTHENTICATED', '429 RATE_LIMITED']));
    expect(await answerTo(made.keys.known)).toBe('200');
  });

  it('what a stranger sends is not read', async () => {
    const body = JSON.stringify({ query: giantComment() });
    expect(['401 UNAUTHENTICATED', 'reset']).toContain(await answerTo('nothing', { body }));
  });
});
