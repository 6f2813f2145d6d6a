import { GraphQLError, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { systemClock } from '../../model/time.ts';
import { ProviderRegistry } from '../../providers/registry.ts';
import { createGateway } from '../gateway.ts';
import { LOG_REDACTION } from './log-redaction.ts';

const field = (resolve: () => unknown) => ({ type: GraphQLString, resolve });
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      broken: field(() => {
        const cause = Object.assign(new Error('password=hunter2'), {
          headers: { authorization: 'Basic aGk=' },
        });
        throw new TypeError('cannot call https://ada:hunter2@host/ with Bearer abc.def.ghi', { cause });
      }),
      mistaken: field(() => {
        throw new GraphQLError('You may not.', { extensions: { code: 'FORBIDDEN' } });
      }),
    },
  }),
});

function gatewayWithLog() {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const log = pino({ base: null, ...LOG_REDACTION }, sink);
  const limits = { requestTimeoutMs: 1_000, maxUpstreamCalls: 1, maxPageSize: 1, maxLogBytes: 1 };
  const providers = new ProviderRegistry([]);
  const gateway = createGateway({ schema, providers, clock: systemClock, limits, log, maxBodyBytes: 10_000 });
  const ask = async (query: string, headers: Record<string, string> = {}) => {
    const response = await gateway.fetch('http://gateway.test/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as { errors: { message: string; extensions: Record<string, unknown> }[] };
  };
  return { ask, lines };
}

it('names the same request in the error of a fault and in the log, and tells callers nothing else', async () => {
  const { ask, lines } = gatewayWithLog();
  const { errors } = await ask('{ broken }', { 'x-request-id': 'fault-1' });
  expect(errors[0]).toMatchObject({
    message: 'Something went wrong in the gateway. The details are in its log.',
    extensions: { code: 'INTERNAL', requestId: 'fault-1' },
  });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    requestId: 'fault-1',
    msg: 'unexpected fault',
    err: { type: 'TypeError' },
  });
});

it('makes an id where none was given, and says it in both places', async () => {
  const { ask, lines } = gatewayWithLog();
  const { errors } = await ask('{ broken }');
  expect(errors[0]!.extensions['requestId']).toMatch(/^[0-9a-f-]{36}$/);
  expect(lines[0]!['requestId']).toBe(errors[0]!.extensions['requestId']);
});

it('leaves errors that explain themselves as they are', async () => {
  const { ask, lines } = gatewayWithLog();
  const { errors } = await ask('{ mistaken }', { 'x-request-id': 'x' });
  expect(errors[0]!.extensions).toEqual({ code: 'FORBIDDEN' });
  expect(lines).toEqual([]);
});

it('writes no secret of a fault, nor of its cause', async () => {
  const { ask, lines } = gatewayWithLog();
  await ask('{ broken }');
  const text = JSON.stringify(lines);
  expect(text).toContain('cannot call https://[redacted]@host/');
  for (const secret of ['hunter2', 'abc.def.ghi', 'aGk=']) expect(text).not.toContain(secret);
});
