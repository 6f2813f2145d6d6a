import { GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { forgetStack } from './forget-stack.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Stands for what is on the way while an error is made. */
class Caller {
  readonly body = 'x'.repeat(1_000);

  fail(): GraphQLError {
    return new GraphQLError('no');
  }
}

/** Whether the caller is still there when only the error is kept. */
async function isKept(keep: (error: GraphQLError) => GraphQLError): Promise<boolean> {
  const errors: GraphQLError[] = [];
  const caller = ((): WeakRef<Caller> => {
    const made = new Caller();
    errors.push(keep(made.fail()));
    return new WeakRef(made);
  })();
  // What a WeakRef was made of stays until the turn is over.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  const isThere = caller.deref() !== undefined;
  expect(errors[0]?.message).toBe('no');
  return isThere;
}

it('an error that is kept keeps nothing of its request', async () => {
  expect(await isKept(forgetStack)).toBe(false);
});

it('says what it said', () => {
  const error = forgetStack(new GraphQLError('no', { extensions: { code: 'X' } }));
  expect([error.message, error.stack, error.extensions]).toEqual(['no', 'GraphQLError: no', { code: 'X' }]);
});
