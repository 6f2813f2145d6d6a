import fc from 'fast-check';
import { schema } from '../../../src/graph/schema.ts';
import { Grammar } from '../grammar.ts';
import { bytes, choices, damaged, ODD_TEXTS, oddText, type Choices } from '../noise.ts';
import { surface } from '../surface.ts';

interface Input {
  readonly query: string;
  readonly operationName?: string;
}

/** Documents that are hostile on purpose: deep, wide, round, doubled. */
function monster(choices: Choices): string {
  const many = choices.pick([5, 40, 300, 3_000]);
  const each = (write: (n: number) => string, separator = ' '): string => Array.from({ length: many }, (_, n) => write(n)).join(separator); // prettier-ignore
  switch (choices.below(20)) {
    case 0:
      return '{ '.repeat(many) + 'a' + ' }'.repeat(many);
    case 1:
      return `{ jobs(filter: { states: ${'['.repeat(many)}${']'.repeat(many)} }) { nodes { id } } }`;
    case 2:
      return `{ ${each((n) => `a${String(n)}: __typename`)} }`;
    case 3:
      return `{ __typename ${each(() => '@skip(if: false)')} }`;
    case 4:
      return `{ ...F0 } ${each((n) => `fragment F${String(n)} on Query { ...F${String((n + 1) % many)} }`)}`;
    case 5:
      return `{ ...F0 } ${each((n) => `fragment F${String(n)} on Query { ...F${String(n + 1)} ...F${String(n + 1)} }`)} fragment F${String(many)} on Query { __typename }`;
    case 6:
      return each((n) => `query Q${String(n)} { __typename }`);
    case 7:
      return `query (${each((n) => `$v${String(n)}: Int = ${String(n)}`)}) { jobs(first: $v0) { nodes { id } } }`;
    case 8:
      return `{ nodes(ids: [${each(() => '"x"')}]) { id } }`;
    case 9:
      return `{ ${each(() => 'jobs(first: 500) { nodes { executions(first: 500) { nodes { task { executions(first: 500) { nodes { id } } } } } } }')} }`;
    case 10:
      return `# ${'x'.repeat(many * 30)}\n{ __typename }`;
    case 11:
      return `{ job(id: """${'\\""" '.repeat(many)}""") { id } }`;
    case 12:
      return `{ __schema { types { ${'ofType { '.repeat(Math.min(many, 20))} name ${'} '.repeat(Math.min(many, 20))} } } }`;
    case 13:
      return `{ __schema { types { fields { type { ${'fields { type { '.repeat(Math.min(many, 8))} name ${'} } '.repeat(Math.min(many, 8))} } } } } }`;
    case 14:
      return `{ ${each((n) => `jobs(first: ${String(n)}) { nodes { id } }`)} }`;
    case 15:
      return `{ providers { ${each(() => '... on Provider { key }')} } }`;
    case 16:
      return `${each((n) => `fragment A${String(n)} on Job { id }`)} { jobs { nodes { ${each((n) => `...A${String(n)}`)} } } }`;
    case 17:
      return `subscription { ${each((n) => `s${String(n)}: jobEvents { __typename }`)} }`;
    case 18:
      return `type X { a: Int } extend type Query { ${each((n) => `a${String(n)}: Int`)} } { __typename }`;
    default:
      return `query ($a: ${'['.repeat(many)}Int${']'.repeat(many)}) { jobs(first: $a) { nodes { id } } }`;
  }
}

const SNIPPETS = ['{', '}', '(', ')', '[', ']', '$', '@', '...', '"', '"""', '#', '!', ':', '|', '&', '=', ',', '\u{feff}', 'on', 'fragment X on Job { id }', '@skip(if: $x)', ...ODD_TEXTS]; // prettier-ignore

/** What stands in `query`. */
export const documents = surface<Input>({
  name: 'documents',
  inputs: ({ known }) => {
    const written = choices(260).map((numbers) => new Grammar(schema, known, numbers).document());
    const query = fc.oneof(
      { weight: 14, arbitrary: written },
      { weight: 5, arbitrary: damaged(written, fc.constantFrom(...SNIPPETS), 2) },
      { weight: 3, arbitrary: choices(4).map(monster) },
      { weight: 1, arbitrary: damaged(choices(4).map(monster), fc.constantFrom(...SNIPPETS)) },
      { weight: 2, arbitrary: bytes(200) },
      { weight: 1, arbitrary: oddText },
    );
    const operationName = fc.oneof(fc.constantFrom('Q', '', 'constructor'), oddText);
    return fc.oneof(
      { weight: 12, arbitrary: fc.record({ query }) },
      { weight: 1, arbitrary: fc.record({ query, operationName }) },
    );
  },
  send: async (visit, input) => {
    await visit.post(JSON.stringify(input), { accept: 'application/graphql-response+json' });
  },
});
