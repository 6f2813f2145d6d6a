import { describe, expect, it } from 'vitest';
import { adapterOf, callContext, QarnotService, T0, uuid } from '../../../test/support/qarnot-service.ts';
import type { NativeKey } from '../../model/ids.ts';
import type { LogRequest, LogSnapshot } from '../provider.ts';

const TASK = uuid(1);
const whole: LogRequest = { stream: 'STDOUT', afterByte: 0, tailLines: null, maxBytes: 100_000 };

function service(state: string): QarnotService {
  const model = new QarnotService();
  const running = {
    perRunningInstanceInfo: [{ instanceId: 0, phase: 'execution', executionAttemptCount: 2 }],
  };
  const completed = [{ instanceId: 0, state: 'Failure', executionAttemptCount: 1 }];
  const live = state === 'FullyExecuting';
  model.put('tasks', TASK, T0, {
    state,
    instanceCount: 1,
    completedInstances: live ? completed : [{ instanceId: 0, state: 'Success', executionAttemptCount: 2 }],
    status: live ? { runningInstancesInfo: running } : null,
  });
  model.outputs.set(`/tasks/${TASK}/stdout/0`, {
    headers: { 'content-type': 'text/plain' },
    body: 'one\ntwo\nthr',
  });
  model.outputs.set(`/tasks/${TASK}/stderr/0`, { headers: { 'content-type': 'text/plain' }, body: 'oops\n' });
  return model;
}

function read(
  model: QarnotService,
  request: Partial<LogRequest> = {},
  name = `${TASK}/0/2`,
): Promise<LogSnapshot> {
  return adapterOf(model).logs(name as NativeKey, { ...whole, ...request }, callContext());
}

describe('logs', () => {
  it('are read whole, per instance, without taking lines from anybody', async () => {
    const model = service('FullyExecuting');
    const log = await read(model);
    expect(log.lines.map((line) => line.text)).toEqual(['one', 'two', 'thr']);
    expect(log.end).toBe('OPEN');
    expect(model.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /tasks/search',
      `GET /tasks/${TASK}/stdout/0`,
    ]);
  });

  it('continue after a byte and end with the work', async () => {
    const log = await read(service('Success'), { afterByte: 8 });
    expect(log).toMatchObject({ lines: [{ stream: 'STDOUT', text: 'thr' }], end: 'ENDED' });
  });

  it('hold both streams when both are asked for', async () => {
    const log = await read(service('Success'), { stream: 'COMBINED' });
    expect(log.lines.map((line) => `${line.stream} ${line.text}`)).toEqual([
      'STDOUT one',
      'STDOUT two',
      'STDOUT thr',
      'STDERR oops',
    ]);
    expect((await read(service('Success'), { stream: 'STDERR' })).lines).toHaveLength(1);
  });

  it.each([
    ['application/json; charset=utf-8', '"42\\nx"', ['42', 'x']],
    ['application/json', '42', ['42']],
    ['application/json', '{"a":', ['{"a":']],
    ['text/plain', '"quoted"', ['"quoted"']],
    ['text/plain', '', []],
  ])('as %s with %s', async (type, body, lines) => {
    const model = service('Success');
    model.outputs.set(`/tasks/${TASK}/stdout/0`, { headers: { 'content-type': type }, body });
    expect((await read(model)).lines.map((line) => line.text)).toEqual(lines);
  });

  it('say when the buffer lost what a reader had seen', async () => {
    expect(await read(service('FullyExecuting'), { afterByte: 5000 })).toMatchObject({
      lines: [],
      end: 'TRUNCATED',
      endByte: 12,
    });
  });

  it('of an earlier attempt are gone', async () => {
    expect(await read(service('FullyExecuting'), {}, `${TASK}/0/1`)).toMatchObject({
      lines: [],
      end: 'GONE',
    });
  });

  it('that the service does not have are open while the work runs, then gone', async () => {
    const live = service('FullyExecuting');
    live.outputs.clear();
    expect(await read(live)).toMatchObject({ lines: [], end: 'OPEN' });
    const ended = service('Success');
    ended.outputs.clear();
    expect(await read(ended)).toMatchObject({ lines: [], end: 'GONE' });
  });

  it.each([`${uuid(2)}/0/1`, `${TASK}/1/1`, `${TASK}/0/9`, TASK, '../x', ''])(
    'of %s are not found',
    async (name) => {
      await expect(read(service('Success'), {}, name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    },
  );

  it('fail with the reason of the service', async () => {
    const model = service('Success');
    model.outputs.set(`/tasks/${TASK}/stdout/0`, { status: 403, body: '{"message":"not yours"}' });
    await expect(read(model)).rejects.toMatchObject({ code: 'FORBIDDEN', message: 'not yours' });
  });
});
