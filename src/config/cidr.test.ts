import { expect, it } from 'vitest';
import { parseRange, plainAddress } from './cidr.ts';

it.each([
  ['10.0.0.0/8', '10.0.0.0', 8, 'ipv4'],
  ['192.0.2.7', '192.0.2.7', 32, 'ipv4'],
  ['0.0.0.0/0', '0.0.0.0', 0, 'ipv4'],
  ['FD00::/8', 'fd00::', 8, 'ipv6'],
  ['::1', '::1', 128, 'ipv6'],
  ['::ffff:10.0.0.0/104', '10.0.0.0', 8, 'ipv4'],
  ['::ffff:0a00:0001', '10.0.0.1', 32, 'ipv4'],
])('reads %s', (text, address, prefix, family) => {
  expect(parseRange(text)).toEqual({ address, prefix, family });
});

it.each([
  '',
  'proxy.example',
  '10.0.0.0/33',
  '10.0.0/8',
  '::1/129',
  '::ffff:10.0.0.0/8',
  '10.0.0.1/',
  'fe80::1%eth0',
  '1.2.3.4 ',
])('does not take %j for a range', (text) => expect(parseRange(text)).toBeNull());

it('writes one address in one way', () => {
  expect(['::FFFF:192.0.2.1', '::ffff:c000:201', '192.0.2.1'].map(plainAddress)).toEqual(
    Array.from({ length: 3 }, () => '192.0.2.1'),
  );
  expect(plainAddress('2001:DB8:0:0:0:0:0:1')).toBe('2001:db8::1');
  expect(plainAddress('fe80::1%eth0')).toBe('fe80::1');
  expect(['unknown', '', '1.2.3', '1.2.3.4:80'].map(plainAddress)).toEqual([null, null, null, null]);
});
