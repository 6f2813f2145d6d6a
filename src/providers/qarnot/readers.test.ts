import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageOf } from './errors.ts';
import { firstIds, idsOf, includes, intersect, parseRanges, rangesOf, sizeOf, subtract } from './ranges.ts';
import { timespanMs } from './timespan.ts';
import { camelKeys, guidOf } from './wire.ts';

describe('error bodies', () => {
  it.each([
    ['the usual shape', '{"message":"No such task: 6f1c"}', 'No such task: 6f1c'],
    [
      'a nested error',
      '{"error":{"message":"Bad authentication token","code":401},"data":{}}',
      'Bad authentication token',
    ],
    [
      'a problem by field',
      '{"title":"One or more errors","status":400,"errors":{"name":["is required","is short"],"":["odd"]}}',
      'name: is required; name: is short; odd',
    ],
    [
      'a problem with a detail',
      '{"title":"Bad","detail":"Filter is invalid","errors":{}}',
      'Filter is invalid',
    ],
    ['a problem with a title only', '{"title":"Bad Request","status":400}', 'Bad Request'],
    ['an error text', '{"error":"text"}', 'text'],
    ['a JSON text', '"text"', 'text'],
    ['plain text', 'upstream connect error', 'upstream connect error'],
    ['other casing', '{"Message":"No"}', 'No'],
    ['nested other casing', '{"Error":{"Message":"No"}}', 'No'],
    ['an empty message beside a better one', '{"message":"","error":"why"}', 'why'],
    ['nothing', '', null],
    ['an empty object', '{}', null],
    ['a page of a proxy', '<html><body>Bad gateway</body></html>', null],
    ['members of other types', '{"message":1,"error":{"message":[]},"errors":[1],"detail":{}}', null],
  ])('gives the reason in %s', (_, body, expected) => {
    expect(messageOf(body)).toBe(expected);
  });

  it('never throws, whatever came', () => {
    fc.assert(fc.property(fc.json(), (text) => void messageOf(text)));
    expect(messageOf({ message: 'decoded' })).toBeNull();
  });
});

describe('timespans', () => {
  it.each([
    ['00:03:59', 239_000],
    ['1.03:16:50.5000000', 98_210_500],
    ['30:00:00', 108_000_000],
    ['10675199.02:48:05.4775807', 922_337_203_685_477],
    ['00:00:00', 0],
    ['-00:00:01.25', -1250],
  ])('%s', (text, expected) => {
    expect(timespanMs(text)).toBe(expected);
  });

  it.each([null, 5, '', '12', '00:60:00', '00:00:61', 'PT1H', '1:2', '00:00:00Z'])('refuses %s', (value) => {
    expect(timespanMs(value)).toBeNull();
  });
});

describe('ranges', () => {
  it.each([
    ['0-2,4-5,17', [0, 1, 2, 4, 5, 17]],
    ['', []],
    ['3', [3]],
    [' 4 - 5 , 1', [1, 4, 5]],
    ['0-3,2-5', [0, 1, 2, 3, 4, 5]],
  ])('reads %s', (text, expected) => {
    expect(idsOf(parseRanges(text) ?? [], 100)).toEqual(expected);
  });

  it.each([null, 7, 'a', '1-', '5-2', '1,,2', '-1', '1.5', '2147483647', '99999999999'])(
    'does not guess at %s',
    (value) => {
      expect(parseRanges(value)).toBeNull();
    },
  );

  it('calculates like sets', () => {
    const ids = fc.array(fc.nat(30), { maxLength: 20 });
    fc.assert(
      fc.property(ids, ids, (a, b) => {
        const [x, y] = [rangesOf(a), rangesOf(b)];
        const unique = (list: number[]): number[] => [...new Set(list)].sort((m, n) => m - n);
        expect(idsOf(x, 100)).toEqual(unique(a));
        expect(idsOf(subtract(x, y), 100)).toEqual(unique(a.filter((id) => !b.includes(id))));
        expect(idsOf(intersect(x, y), 100)).toEqual(unique(a.filter((id) => b.includes(id))));
        expect(sizeOf(x)).toBe(new Set(a).size);
        for (let id = 0; id <= 31; id++) expect(includes(x, id)).toBe(a.includes(id));
      }),
    );
  });

  it('costs nothing by size', () => {
    const huge = parseRanges('0-2147483646')!;
    expect(sizeOf(huge)).toBe(2_147_483_647);
    expect(idsOf(subtract(huge, firstIds(5)), 3)).toEqual([5, 6, 7]);
  });
});

describe('casing and references', () => {
  it('lowers member names, and leaves what users named', () => {
    const row = { Uuid: 'x', Status: { RunningInstancesInfo: [{ InstanceId: 1 }] }, Labels: { Team: 'A' } };
    expect(camelKeys(row)).toEqual({
      uuid: 'x',
      status: { runningInstancesInfo: [{ instanceId: 1 }] },
      labels: { Team: 'A' },
    });
  });

  it('leaves a camelCase row as it is', () => {
    const row = { uuid: 'x', labels: { Team: 'A' } };
    expect(camelKeys(row)).toBe(row);
  });

  it.each([null, undefined, '', 5, '00000000-0000-0000-0000-000000000000', 'a-shortname', '..'])(
    'takes %s for no reference',
    (value) => {
      expect(guidOf(value)).toBeNull();
    },
  );
});
