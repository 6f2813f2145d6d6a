import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { ClientAddresses } from './client-address.ts';

const addresses = new ClientAddresses(['10.0.0.0/8', '192.0.2.7', 'fd00::/8', '::ffff:172.16.0.0/108']);

function seen(peer: string, forwarded?: string, by = addresses): string {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return by.of({ headers, socket: { remoteAddress: peer } as IncomingMessage['socket'] });
}

it('believes nobody unless told to', () => {
  expect(seen('10.0.0.1', '198.51.100.1', new ClientAddresses([]))).toBe('10.0.0.1');
  expect(seen('203.0.113.5', '198.51.100.1')).toBe('203.0.113.5');
});

it.each([
  ['one proxy', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['what the client wrote before', '10.0.0.1', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
  ['two proxies', '10.0.0.1', '1.1.1.1, 198.51.100.1, 192.0.2.7', '198.51.100.1'],
  ['a client among the proxies', '10.0.0.1', '10.9.9.9, 10.1.1.1', '10.9.9.9'],
  ['a mapped proxy', '::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['a mapped client', '10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
  ['a mapped client in hexadecimal', '10.0.0.1', '::FFFF:c633:6401', '198.51.100.1'],
  ['a range that was written as a mapped one', '172.20.0.1', '198.51.100.1', '198.51.100.1'],
  ['IPv6', 'fd00::1', '2001:DB8::0:1', '2001:db8::1'],
  ['a zone', 'fd00::1%eth0', '198.51.100.1', '198.51.100.1'],
  ['ports', '10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
  ['ports behind brackets', '10.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
  ['what is nonsense further left', '10.0.0.1', '<script>, 198.51.100.1', '198.51.100.1'],
])('%s', (_, peer, forwarded, client) => {
  expect(seen(peer, forwarded)).toBe(client);
});

it.each([
  '',
  'unknown',
  ',',
  '198.51.100.1,',
  '198.51.100.1, nonsense',
  '198.51.100.1 198.51.100.2',
  '999.1.1.1',
  '[::1',
  '1.2.3.4:999999',
])('does not use %j', (forwarded) => expect(seen('10.0.0.1', forwarded)).toBe('10.0.0.1'));

it('looks at a bounded number of hops', () => {
  const hops = ['198.51.100.1', ...Array.from({ length: 5_000 }, () => '10.1.1.1')].join(',');
  expect(seen('10.0.0.1', hops)).toBe('10.1.1.1');
});

it('a socket without an address is nobody in particular', () => {
  expect(addresses.of({ headers: {}, socket: {} as IncomingMessage['socket'] })).toBe('');
});
