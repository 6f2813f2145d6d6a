import { buildSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { describe, expect, it } from 'vitest';
import { useVariableErrors } from './use-variable-errors.ts';

const schema = buildSchema(`
  input EnvVariable { name: String! value: String! }
  input Spec { env: [EnvVariable!] count: Int nested: Spec }
  input Action { idempotencyKey: String! count: Int }
  input Filter { states: [State!] first: Int }
  enum State { RUNNING }
  type Query { run(spec: Spec, action: Action, name: String, filter: Filter): Int }
`);
const yoga = createYoga({ schema, logging: false, plugins: [useVariableErrors()] });

async function messageFor(type: string, argument: string, value: unknown): Promise<string> {
  const query = `query ($v: ${type}) { run(${argument}: $v) }`;
  const body = JSON.stringify({ query, variables: { v: value } });
  const headers = { 'content-type': 'application/json' };
  const response = await yoga.fetch('http://gateway.test/graphql', { method: 'POST', headers, body });
  const { errors } = (await response.json()) as { errors: { message: string }[] };
  return errors[0]?.message ?? '';
}

describe('a variable that does not fit', () => {
  it.each([
    ['Spec', 'spec', { env: [{ name: 'TOKEN', value: 'hunter2-hunter2' }], count: 'many' }],
    ['Spec', 'spec', { env: 'hunter2-hunter2' }],
    ['Spec', 'spec', { nested: { nested: { env: [{ name: 'A', value: 'hunter2-hunter2', more: 1 }] } } }],
    ['Action', 'action', { idempotencyKey: 'hunter2-hunter2' }.idempotencyKey],
    ['Action', 'action', { idempotencyKey: 'hunter2-hunter2', count: '7' }],
    ['String', 'name', { value: 'hunter2-hunter2' }],
  ])('%s is told without what it holds', async (type, argument, value) => {
    const message = await messageFor(type, argument, value);
    expect(message).toMatch(/^Variable "\$v" got invalid value /);
    expect(message).not.toContain('hunter2');
  });

  it('is told by its place', async () => {
    const value = { env: [{ name: 'TOKEN', value: 'hunter2-hunter2', bogus: true }] };
    expect(await messageFor('Spec', 'spec', value)).toBe(
      'Variable "$v" got invalid value { name: "[redacted]", value: "[redacted]", bogus: true } at "v.env[0]"; Field "bogus" is not defined by type "EnvVariable".',
    );
  });

  it('is quoted where no secret can be', async () => {
    expect(await messageFor('Filter', 'filter', { states: ['RUNNIN'] })).toContain(
      '"RUNNIN" at "v.states[0]"',
    );
  });
});
