import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../wire/json.ts';
import { Refusal } from '../wire/replies.ts';
import { compileFilter } from './filter.ts';

const ROW: JsonObject = {
  uuid: '0b7c2a52-7d0e-4d0b-9a35-2f6d4c1a9e11',
  name: 'render-shot-12',
  state: 'FullyExecuting',
  tags: ['film', 'Shot-12'],
  labels: { team: 'vfx' },
  instanceCount: 3,
  creationDate: '2026-03-02T09:15:04Z',
  endDate: '0001-01-01T00:00:00Z',
  executionTime: '1.00:00:01',
  poolUuid: null,
  autoDeleteOnCompletion: false,
  dependencies: { dependsOn: ['a', 'b'] },
};

const matches = (filter: JsonValue, row: JsonObject = ROW): boolean => compileFilter('task', filter)(row);
const leaf = (operator: string, field: string, value: JsonValue): JsonObject => ({ operator, field, value });

describe('filter', () => {
  it.each<[string, string, JsonValue, boolean]>([
    ['Equal', 'State', 'fullyexecuting', true],
    ['equal', 'STATE', 'FullyExecuting', true],
    ['Equal', 'Name', 'Render-shot-12', false],
    ['NotEqual', 'Name', 'other', true],
    ['Equal', 'Tags', 'film', true],
    ['Equal', 'tags', 'shot-12', false],
    ['NotEqual', 'Tags', 'film', false],
    ['Equal', 'Labels.team', 'vfx', true],
    ['Equal', 'Dependencies.DependsOn', 'b', true],
    ['Equal', 'InstanceCount', '3', true],
    ['GreaterThan', 'InstanceCount', 2, true],
    ['LessThan', 'InstanceCount', '10', true],
    ['GreaterThanOrEqual', 'CreationDate', '2026-03-02T09:15:04Z', true],
    ['GreaterThan', 'CreationDate', '2026-03-02T09:15:04.0000000Z', false],
    ['LessThan', 'CreationDate', '2026-03-02T10:15:05+01:00', true],
    ['LessThanOrEqual', 'EndDate', '2000-01-01', true],
    ['GreaterThan', 'ExecutionTime', '23:59:59', true],
    ['Equal', 'PoolUuid', null, true],
    ['NotEqual', 'PoolUuid', null, false],
    ['Equal', 'ShortName', null, true],
    ['GreaterThan', 'PoolUuid', 'a', false],
    ['Equal', 'AutoDeleteOnCompletion', 'False', true],
    ['Like', 'Name', '/^render/', true],
    ['Like', 'Name', '^render', true],
    ['Like', 'Name', '/^RENDER/', false],
    ['Like', 'Name', '/^RENDER/i', true],
    ['Like', 'Tags', 'ilm$', true],
  ])('%s %s %j is %s', (operator, field, value, expected) => {
    expect(matches(leaf(operator, field, value))).toBe(expected);
  });

  it('takes the list of In and NotIn from "values" or, as Python sends it, from "value"', () => {
    expect(matches({ operator: 'In', field: 'State', values: ['Success', 'FullyExecuting'] })).toBe(true);
    expect(matches({ operator: 'In', field: 'State', value: ['Success'] })).toBe(false);
    expect(matches({ operator: 'NotIn', field: 'Tags', value: ['other'] })).toBe(true);
    expect(matches({ operator: 'In', field: 'PoolUuid', values: [null] })).toBe(true);
    expect(matches({ operator: 'In', field: 'State', values: [] })).toBe(false);
  });

  it('nests And and Or', () => {
    const yes = leaf('Equal', 'Tags', 'film');
    const no = leaf('Equal', 'Tags', 'none');
    expect(matches({ operator: 'And', filters: [yes, { operator: 'Or', filters: [no, yes] }] })).toBe(true);
    expect(matches({ operator: 'And', filters: [yes, no] })).toBe(false);
  });

  it.each<JsonValue>([
    'text',
    {},
    leaf('Equal', 'Nonsense', 'x'),
    leaf('Equal', 'Status', 'x'),
    leaf('Contains', 'Name', 'x'),
    leaf('Like', 'Name', '('),
    { operator: 'In', field: 'State', values: 'Success' },
    { operator: 'And' },
  ])('refuses %j as shape C', (filter) => {
    let refused: unknown;
    try {
      compileFilter('task', filter);
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(Refusal);
    const { reply } = refused as Refusal;
    expect(reply.status).toBe(400);
    expect(reply.contentType).toContain('application/problem+json');
  });

  it('NotIn is the opposite of In, and NotEqual of Equal, whatever the row', () => {
    const value = fc.oneof(fc.constant(null), fc.string(), fc.integer().map(String));
    fc.assert(
      fc.property(value, fc.array(value), (actual, wanted) => {
        const row = { name: actual };
        const among = matches({ operator: 'In', field: 'Name', values: wanted }, row);
        expect(matches({ operator: 'NotIn', field: 'Name', values: wanted }, row)).toBe(!among);
        const [first = null] = wanted;
        expect(matches(leaf('NotEqual', 'Name', first), row)).toBe(
          !matches(leaf('Equal', 'Name', first), row),
        );
      }),
    );
  });
});
