import { describe, expect, it } from 'vitest';
import type { AuthConfig } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { LOCAL_VIEWER, Viewer } from '../../src/model/access.ts';
import { GridweaveError } from '../../src/model/errors.ts';
import { callerOf, CallerLimits, type Admission } from '../../src/server/limits/caller-limits.ts';
import { callerRules, NO_CALLER_RULES, type CallerRules } from '../../src/server/limits/caller-rules.ts';
import { HandClock } from '../auth/clock.ts';

const AUTH: AuthConfig = { apiKeys: [], issuers: [], anonymous: null };

function limited(rules: Partial<CallerRules>) {
  const clock = new HandClock();
  return { clock, limits: new CallerLimits({ ...NO_CALLER_RULES, ...rules }, clock) };
}

function admitted(limits: CallerLimits, caller = 'key:a'): Admission {
  const admission = limits.admit(caller);
  if (admission instanceof GridweaveError) throw admission;
  return admission;
}

const refused = (answer: unknown): { code: string; field?: string; retryAfterMs?: number } => {
  if (!(answer instanceof GridweaveError)) throw new TypeError('it was not refused');
  expect(answer.message).toContain('limits.');
  return { code: answer.code, ...answer.details };
};

describe('who a caller is', () => {
  it('is the identity; the network of whoever has none', () => {
    expect(callerOf(new Viewer('key:ci', []), '192.0.2.1')).toBe('key:ci');
    expect(callerOf(LOCAL_VIEWER, '::ffff:192.0.2.1')).toBe('network:192.0.2.1');
    expect(callerOf(LOCAL_VIEWER, '2001:db8:1:2:3::4')).toBe(callerOf(LOCAL_VIEWER, '2001:db8:1:2::9'));
  });
});

describe('rules', () => {
  const rules = (limits: string, auth: AuthConfig | null) =>
    callerRules(loadConfig({ env: {}, kinds: [], text: `sandbox: {}\nlimits: {${limits}}` }).limits, auth);

  it('there are none without auth, unless they are written', () => {
    expect(rules('', null)).toEqual(NO_CALLER_RULES);
    expect(rules('requestsPerSecond: 2.5', null)).toMatchObject({ requestsPerSecond: 2.5, requestBurst: 10 });
  });

  it('there are generous ones with auth; 0 is none', () => {
    expect(rules('', AUTH)).toEqual({
      requestsPerSecond: 100,
      requestBurst: 400,
      costPerMinute: 600_000,
      maxOperationsPerIdentity: 5_000,
      maxConnectionsPerIdentity: 1_000,
      maxPendingConnectionsPerNetwork: 1_000,
    });
    expect(rules('requestsPerSecond: 0, costPerMinute: 0', AUTH)).toMatchObject({
      requestsPerSecond: Infinity,
      costPerMinute: Infinity,
    });
  });

  it('let a batch through that may be sent', () => {
    expect(rules('requestsPerSecond: 1, requestBurst: 2, maxBatch: 20', AUTH).requestBurst).toBe(20);
  });
});

describe('operations', () => {
  it('draw on a bucket of their caller, which no other caller has a part in', () => {
    const { clock, limits } = limited({ requestsPerSecond: 2, requestBurst: 3 });
    for (let i = 0; i < 3; i++) admitted(limits).release();
    expect(refused(limits.admit('key:a'))).toMatchObject({
      code: 'RATE_LIMITED',
      field: 'limits.requestsPerSecond',
      retryAfterMs: 500,
    });
    admitted(limits, 'key:b').release();
    clock.pass(500);
    admitted(limits).release();
    refused(limits.admit('key:a'));
    expect(limits.refusals.counts.get('requestsPerSecond')).toBe(2);
  });

  it('are counted while they are under way, those of a batch one by one', () => {
    const { limits } = limited({ maxOperationsPerIdentity: 3 });
    const first = admitted(limits);
    expect(first.more(2)).toBeNull();
    expect(refused(limits.admit('key:a'))).toMatchObject({
      code: 'TOO_MANY_OPERATIONS',
      field: 'limits.maxOperationsPerIdentity',
    });
    admitted(limits, 'key:b').release();
    first.release();
    first.release();
    expect(limits.open.operations).toBe(0);
    const again = admitted(limits);
    expect(refused(again.more(3))).toMatchObject({ code: 'TOO_MANY_OPERATIONS' });
    again.release();
    expect(limits.open.operations).toBe(0);
  });

  it('spend what they may cost, and get back what they did not', () => {
    const { clock, limits } = limited({ costPerMinute: 600 });
    const admission = admitted(limits);
    expect(admission.spend(500)).toBeNull();
    expect(refused(admission.spend(200))).toMatchObject({
      code: 'RATE_LIMITED',
      field: 'limits.costPerMinute',
      retryAfterMs: 10_000,
    });
    expect(admitted(limits, 'key:b').spend(600)).toBeNull();
    admission.refund(450);
    expect(admission.spend(550)).toBeNull();
    expect(refused(admission.spend(1)).retryAfterMs).toBe(100);
    clock.pass(60_000);
    expect(admission.spend(600)).toBeNull();
  });

  it('other rules hold at once', () => {
    const { limits } = limited({ requestsPerSecond: 1, requestBurst: 1_000 });
    admitted(limits).release();
    limits.replace({ ...limits.rules, requestBurst: 1 });
    admitted(limits).release();
    refused(limits.admit('key:a'));
    limits.replace(NO_CALLER_RULES);
    admitted(limits).release();
  });
});

describe('connections', () => {
  it('are counted for each caller, and those that were not let in for each network', () => {
    const { limits } = limited({ maxConnectionsPerIdentity: 1, maxPendingConnectionsPerNetwork: 1 });
    const leave = limits.connect('key:a');
    expect(refused(limits.connect('key:a'))).toMatchObject({
      code: 'TOO_MANY_CONNECTIONS',
      field: 'limits.maxConnectionsPerIdentity',
    });
    const settle = limits.knock('2001:db8::1');
    expect(refused(limits.knock('2001:db8::2'))).toMatchObject({
      code: 'TOO_MANY_CONNECTIONS',
      field: 'limits.maxPendingConnectionsPerNetwork',
    });
    expect(limits.open).toEqual({ operations: 0, connections: 1, pending: 1 });
    for (const release of [leave, leave, settle, settle]) {
      if (release instanceof GridweaveError) throw release;
      release();
    }
    expect(limits.open).toEqual({ operations: 0, connections: 0, pending: 0 });
  });
});
