import type { ConstraintOperator, NodeConstraint } from '../extension.ts';
import type { ConstraintToSend } from './job-to-send.ts';
import type { Verdicts } from '../../verdicts.ts';

const OPERATORS: Readonly<Record<ConstraintOperator, string>> = {
  IN: 'in',
  NOT_IN: 'notin',
  EQUALS: '=',
  NOT_EQUALS: '!=',
  EXISTS: 'exists',
  NOT_EXISTS: '!',
  GREATER_THAN: 'gt',
  LESS_THAN: 'lt',
};

/** Kubernetes' labels, whose selectors these are. */
const KEY = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/;

/**
 * Judged here to the last letter: what the server does not look at when it takes a job trips its scheduler, and the job
 * then stays Pending for ever, without a word (seen on 1.9.3 with an unknown operator, and with a number below 0).
 */
export function constraintsOf(
  constraints: readonly NodeConstraint[],
  verdicts: Verdicts,
): readonly ConstraintToSend[] {
  return constraints.map((constraint, i) => {
    const { key, operator, values } = constraint;
    verdicts.judge(['extensions', 'bacalhau', 'constraints', i], problemOf(constraint));
    // An empty list is stored as none at all: with one, the same job again would be taken for another (seen on 1.9.3).
    const some = values != null && values.length > 0 ? { Values: values } : {};
    return { Key: key, Operator: OPERATORS[operator], ...some };
  });
}

function problemOf({ key, operator, values }: NodeConstraint): string | null {
  const given = values ?? [];
  if (!KEY.test(key)) return 'The key is no label’s.';
  switch (operator) {
    case 'IN':
    case 'NOT_IN':
      if (given.length === 0) return 'Give at least one value.';
      break;
    case 'EXISTS':
    case 'NOT_EXISTS':
      return given.length > 0 ? 'This operator takes no values.' : null;
    case 'GREATER_THAN':
    case 'LESS_THAN':
      return given.length === 1 && /^\d{1,18}$/.test(given[0] ?? '')
        ? null
        : 'Give exactly one integer, from 0 on.';
    default:
      if (given.length !== 1) return 'Give exactly one value.';
  }
  return given.every((value) => VALUE.test(value)) ? null : 'A value is no label’s.';
}
