import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { path } from '../../upstream/path.ts';
import { epochMs } from '../../model/time.ts';
import { isPassed, positionOf, parsePosition, spanConditions } from './keyset.ts';
import { condition, timeCondition, withQuery } from './query.ts';

describe('a query', () => {
  it('joins its conditions by plain commas and encodes everything else', () => {
    const filterBy = [condition('clusterId', '==', 'c 1/é')!, timeCondition('phaseUpdatedAt', '>=', 0)];
    expect(withQuery(path`/api/v1/workloads`, { offset: 0, sortBy: undefined, filterBy, none: [] })).toEqual({
      path: '/api/v1/workloads?offset=0&filterBy=clusterId%3D%3Dc%201%2F%C3%A9,phaseUpdatedAt%3E%3D1970-01-01T00%3A00%3A00.000Z',
      route: '/api/v1/workloads',
    });
    expect(withQuery(path`/x/${'a'}`, {})).toEqual({ path: '/x/a', route: '/x/{}' });
  });

  it.each(['', 'a,b', 'a\nb', '\uD800', 'x'.repeat(300)])('cannot express the value %j', (value) => {
    expect(condition('name', '==', value)).toBeNull();
  });

  it('keeps its parts apart whatever the values are', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (values) => {
        const filterBy = values
          .map((value) => condition('name', '=^', value))
          .filter((part) => part !== null);
        const query = withQuery(path`/x`, { filterBy }).path.split('?')[1] ?? '';
        const read = query.replace('filterBy=', '').split(',').map(decodeURIComponent);
        expect(filterBy.length === 0 ? [] : read).toEqual(filterBy);
      }),
    );
  });

  it('bounds a time that may be printed more coarsely than it is kept', () => {
    const second = epochMs(Date.UTC(2026, 2, 2));
    const all = { from: null, before: null };
    expect(spanConditions('createdAt', all, second, 'DESC')).toEqual(['createdAt<=2026-03-02T00:00:01.000Z']);
    expect(spanConditions('createdAt', all, epochMs(second + 5), 'DESC')).toEqual(['createdAt<=2026-03-02T00:00:00.006Z']); // prettier-ignore
    expect(spanConditions('createdAt', all, second, 'ASC')).toEqual(['createdAt>=2026-03-02T00:00:00.000Z']);
    expect(spanConditions('createdAt', all, null, 'ASC')).toEqual([]);
    expect(isPassed(1, 2, 'ASC') && isPassed(2, 1, 'DESC') && !isPassed(1, 1, 'ASC')).toBe(true);
  });

  it('reads its own positions and no others', () => {
    expect(parsePosition(positionOf([5, 'a']), 'ns')).toEqual([5, 'a']);
    expect(parsePosition(positionOf(['a', 'b']), 'ss')).toEqual(['a', 'b']);
    for (const shape of ['ns', 'ss', 'nsns'] as const) {
      expect(() => parsePosition('["a"]', shape)).toThrow('cursor');
    }
  });
});
