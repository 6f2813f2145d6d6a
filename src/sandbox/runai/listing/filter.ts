/** `filterBy`: elements of the form field, operator, value, which all must hold. */
import { badRequest } from '../wire/replies.ts';
import type { FieldValue, ListField, ListFields } from './fields.ts';

/** More elements than that are refused, as newer documentation has it; what the service answers is unverified. */
const MAX_ELEMENTS = 10;

const ELEMENT = /^(\w+?)(==|!=|<=|>=|=@|!@|=\^|=\$)(.+)$/s;

type Operator = '==' | '!=' | '<=' | '>=' | '=@' | '!@' | '=^' | '=$';

/**
 * Reads every `filterBy` of a query: one value of elements between commas (raw or encoded), or the parameter repeated.
 * Returns whether a row fits. Throws 400 for an unknown field, a bad operator or an unusable value.
 */
export function readFilter<T>(query: URLSearchParams, fields: ListFields<T>): (row: T) => boolean {
  const elements = query.getAll('filterBy').flatMap((value) => value.split(','));
  const wanted = elements.filter((element) => element !== '');
  if (wanted.length > MAX_ELEMENTS) throw badRequest(`filterBy takes at most ${MAX_ELEMENTS} elements.`);
  const tests = wanted.map((element) => readElement(element, fields));
  return (row) => tests.every((test) => test(row));
}

function readElement<T>(element: string, fields: ListFields<T>): (row: T) => boolean {
  const [, name = '', operator = '', value = ''] = ELEMENT.exec(element) ?? [];
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) {
    throw badRequest(`Invalid filterBy: "${element}"`, `Fields: ${Object.keys(fields).join(', ')}`);
  }
  const test = comparison(field, operator as Operator, value, element);
  return (row) => {
    const actual = field.of(row);
    if (Array.isArray(actual)) {
      return operator.startsWith('!') ? actual.every((one) => test(one)) : actual.some((one) => test(one));
    }
    return test(actual);
  };
}

function comparison<T>(
  field: ListField<T>,
  operator: Operator,
  value: string,
  element: string,
): (actual: FieldValue) => boolean {
  if (field.type === 'text') return textComparison(operator, value);
  const wanted = field.type === 'date' ? Date.parse(value) : Number(value);
  const ordered = ['==', '!=', '<=', '>='].includes(operator);
  if (Number.isNaN(wanted) || !ordered) {
    const kind = field.type === 'date' ? 'an ISO 8601 timestamp' : 'a number';
    throw badRequest(`Invalid filterBy: "${element}"`, `Takes ==, !=, <= or >= and ${kind}.`);
  }
  return (actual) => {
    if (typeof actual !== 'number') return operator === '!=';
    if (operator === '==') return actual === wanted;
    if (operator === '!=') return actual !== wanted;
    return operator === '<=' ? actual <= wanted : actual >= wanted;
  };
}

function textComparison(operator: Operator, wanted: string): (actual: FieldValue) => boolean {
  return (actual) => {
    if (typeof actual !== 'string') return operator.startsWith('!');
    switch (operator) {
      case '==':
        return actual === wanted;
      case '!=':
        return actual !== wanted;
      case '<=':
        return actual <= wanted;
      case '>=':
        return actual >= wanted;
      case '=@':
        return actual.includes(wanted);
      case '!@':
        return !actual.includes(wanted);
      case '=^':
        return actual.startsWith(wanted);
      case '=$':
        return actual.endsWith(wanted);
    }
  };
}
