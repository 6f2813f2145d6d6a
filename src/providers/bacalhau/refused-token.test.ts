import { describe, expect, it } from 'vitest';
import { callContext, FakeBacalhau, fixedClock, nanos, NOW } from '../../../test/support/fake-bacalhau.ts';
import { bacalhau } from './index.ts';

const T = 1_770_000_000_000;

describe('a page token that the server refuses', () => {
  // Bodies as seen on 1.9.3: the code of a refused token differs from list to list.
  it.each([
    {
      Status: 400,
      Message: 'failed to decode paging token: invalid paging token: !!!',
      RequestID: '',
      Code: 'InternalError',
      Component: 'APIServer',
    },
    {
      Status: 400,
      Message: 'invalid next token: failed to decode paging token: invalid paging token: !!!',
      RequestID: '',
      Code: 'BadRequest',
      Component: 'JobStore',
    },
  ])('starts over whatever code a refused token has ($Code)', async (body) => {
    const server = new FakeBacalhau();
    server.jobs = [{ id: 'j-a0', created: nanos(T) }];
    const send = server.send.bind(server);
    server.send = (request, ctx) =>
      typeof request.query?.['next_token'] === 'string'
        ? Promise.resolve({ status: 400, headers: {}, body: JSON.stringify(body), receivedAt: NOW })
        : send(request, ctx);
    const position = JSON.stringify([nanos(T + 1).toString(), ['j-a1'], '!!!', 0]);
    const adapter = bacalhau.create({
      provider: server.provider,
      upstream: server,
      settings: { namespaces: [] },
      clock: fixedClock,
    });
    const order = { field: 'CREATED_AT', direction: 'DESC' } as const;
    const page = await adapter.list('job', { after: position, limit: 1, filter: {}, order }, callContext());
    expect(page.rows.map(({ record }) => record.key)).toEqual(['j-a0']);
  });
});
