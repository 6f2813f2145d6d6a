import { expect, it } from 'vitest';
import { createCallBudget } from './call-budget.ts';

it('a budget gives as many calls as it has, and no more', () => {
  const budget = createCallBudget(2);
  budget.take();
  budget.take();
  expect(() => budget.take()).toThrow(expect.objectContaining({ code: 'CALL_BUDGET_EXCEEDED' }));
  expect(budget).toMatchObject({ spent: 2, limit: 2 });
});
