import { expect, it } from 'vitest';
import type { ProviderKey } from '../model/ids.ts';
import { epochMs } from '../model/time.ts';
import type { ProviderEvent } from './provider-event.ts';
import { RecentProviderEvents } from './recent-events.ts';

function event(nth: number): ProviderEvent {
  return {
    type: 'capacity.requested',
    id: String(nth),
    provider: 'v' as ProviderKey,
    account: 'acme',
    receivedAt: epochMs(nth),
    durationHours: 1,
    expiresAt: epochMs(nth + 3_600_000),
    items: [],
    accepted: 0,
  };
}

it('keeps the newest 100, newest first', () => {
  const events = new RecentProviderEvents();
  for (let nth = 1; nth <= 250; nth++) events.add(event(nth));
  expect(events.all.map(({ id }) => Number(id))).toEqual(Array.from({ length: 100 }, (_, i) => 250 - i));
});
