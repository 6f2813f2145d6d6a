import { expect, it } from 'vitest';
import { isLocalHost } from './host-guard.ts';

it.each([
  'localhost',
  'localhost:4000',
  'LocalHost:4000',
  '127.0.0.1',
  '127.0.0.1:65535',
  '127.1.2.3:1',
  '[::1]',
  '[::1]:4000',
])('%s is this machine', (host) => {
  expect(isLocalHost(host)).toBe(true);
});

it.each([
  undefined,
  '',
  'example.org',
  'localhost.example.org',
  '127.0.0.1.example.org:4000',
  'example.org:127',
  '0.0.0.0:4000',
  '10.0.0.1',
  '[::ffff:10.0.0.1]',
  '[2001:db8::1]:4000',
  'localhost@example.org',
  'localhost, example.org',
  '127.0.0.1\nx',
])('%s is not', (host) => {
  expect(isLocalHost(host)).toBe(false);
});
