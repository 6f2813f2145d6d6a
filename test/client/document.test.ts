import { parse, type DocumentNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createLiveClient } from '../../src/client/index.ts';
import { readDocument } from '../../src/client/live-document.ts';
import { WatchFailuresDocument, WatchJobsDocument } from '../generated/graphql.ts';
import { ScriptedTransport } from './scripted-transport.ts';

const MESSAGE = '__typename ... on LiveMessage { cursor }';
const jobs = (args: string, selection = MESSAGE, variables = '($start: Start, $after: String)') =>
  `subscription S${variables} { jobEvents${args} { ${selection} } }`;
const BOTH = '(start: $start, after: $after)';

describe('a document that can be resumed', () => {
  it.each([
    ['a tree', parse(jobs(BOTH))],
    ['a string', jobs(BOTH)],
    ['a string object, as the code generator makes them', new String(jobs(BOTH))],
    ['without start', jobs('(after: $after)', MESSAGE, '($after: String)')],
    ['with start AFTER', jobs('(start: AFTER, after: $after)', MESSAGE, '($after: String!)')],
    ['with start null', jobs('(start: null, after: $after)', MESSAGE, '($after: String)')],
    ['with the type within the interface', jobs(BOTH, '... on LiveMessage { __typename cursor }')],
    ['with a fragment on the union', `${jobs(BOTH, '...M')} fragment M on JobMessage { ${MESSAGE} }`],
    [
      'with a fragment on the interface',
      `${jobs(BOTH, '__typename ...C')} fragment C on LiveMessage { cursor }`,
    ],
    [
      'with a fragment on Subscription',
      `subscription S($after: String) { ...R } fragment R on Subscription { jobEvents(after: $after) { ${MESSAGE} } }`,
    ],
  ])('%s', (_, document) => {
    expect(readDocument(document).fieldName).toBe('jobEvents');
  });

  it('is sent as it is, and resumed by the names of its own variables', () => {
    const document = readDocument(
      `subscription Mine($from: String, $how: Start = NOW, $onGap: OnGap = FAIL) { changes: jobEvents(after: $from, start: $how, onGap: $onGap) { ${MESSAGE} } }`,
    );
    expect([document.operationName, document.responseName]).toEqual(['Mine', 'changes']);
    expect(document.resumed({ filter: 1, how: 'NOW' }, 'c')).toEqual({ filter: 1, from: 'c', how: 'AFTER' });
    expect(document.cursorIn({ from: 'stored' })).toBe('stored');
    expect(document.restarted({})).toBeNull();
    expect(document.restarted({ onGap: 'RESNAPSHOT', from: 'x' })).toEqual({
      onGap: 'RESNAPSHOT',
      from: null,
      how: 'SNAPSHOT',
    });
    expect(document.query).toContain('changes: jobEvents(after: $from');
  });

  it('follows a log, from near its end at first and never again', () => {
    const each = ['LogChunk', 'LogEnded', 'LogGap', 'LogNotice'].map((type) => `... on ${type} { cursor }`);
    const logs = (args: string, fields: readonly string[]) =>
      `subscription ($id: ID!, $tail: Int, $after: String) { logs(execution: $id, ${args}, after: $after) { __typename ${fields.join(' ')} } }`;
    const document = readDocument(logs('tail: $tail', each));
    expect(document.resumed({ id: 'e', tail: 9 }, 'c')).toEqual({ id: 'e', tail: null, after: 'c' });
    expect(document.hasBookmarks).toBe(false);
    expect(() => readDocument(logs('tail: 9', each))).toThrow('Declare `$tail: Int`');
    expect(() => readDocument(logs('tail: $tail', each.slice(1)))).toThrow('`... on LogChunk { cursor }`');
  });

  it('is the example operation', () => {
    expect(readDocument(WatchJobsDocument).resumed({ filter: null }, 'c')).toEqual({
      filter: null,
      after: 'c',
    });
    expect(readDocument(WatchFailuresDocument).resumed({ project: 'p' }, 'c')).toEqual({
      project: 'p',
      after: 'c',
      start: 'AFTER',
    });
  });
});

describe('a document that cannot is refused at once, with what to write', () => {
  it.each<readonly [string, string | DocumentNode, string]>([
    ['no cursor', jobs(BOTH, '__typename'), '`... on LiveMessage { cursor }`'],
    [
      'a cursor of some messages',
      jobs(BOTH, '__typename ... on JobChange { cursor }'),
      'LiveMessage { cursor }',
    ],
    [
      'something else as cursor',
      jobs(BOTH, '__typename ... on LiveMessage { cursor: id }'),
      'LiveMessage { cursor }',
    ],
    [
      'a cursor under a condition',
      jobs(BOTH, '__typename ... on LiveMessage { cursor @include(if: $x) }'),
      'LiveMessage { cursor }',
    ],
    [
      'a spread under a condition',
      jobs(BOTH, '__typename ... on LiveMessage @skip(if: $x) { cursor }'),
      'LiveMessage { cursor }',
    ],
    ['no type', jobs(BOTH, '... on LiveMessage { cursor }'), 'Add `__typename` to `jobEvents`'],
    ['no cursor to send', jobs('(start: $start)'), 'Declare `$after: String`'],
    ['a cursor that is written down', jobs('(after: "c")'), 'Declare `$after: String`'],
    ['a start that is written down', jobs('(start: NOW, after: $after)'), 'Declare `$start: Start'],
    ['what has no cursors', 'subscription { actEvents { __typename } }', 'no place to go on from'],
    ['a query', '{ jobs { nodes { id } } }', 'It is a query, and not a subscription'],
    ['two fields', `subscription { a { ${MESSAGE} } b { ${MESSAGE} } }`, 'exactly one field'],
    ['two operations', `${jobs(BOTH)} query Q { a }`, 'exactly one operation'],
    ['only a fragment', 'fragment A on B { c }', 'exactly one operation'],
  ])('%s', (_, document, remedy) => {
    const transport = new ScriptedTransport();
    const client = createLiveClient({ url: '', transport });
    expect(() => client.subscribe(document, {}, { onMessage: () => {} })).toThrow(remedy);
    expect(() => client.events(document, {})).toThrow(
      expect.objectContaining({ name: 'LiveError', code: 'DOCUMENT' }),
    );
    expect(transport.legs).toEqual([]);
  });

  it('says for a mirror which messages would come without what changed', () => {
    const client = createLiveClient({ url: '', transport: new ScriptedTransport() });
    expect(() => client.mirror(WatchJobsDocument, {}, { object: 'job' })).not.toThrow();
    expect(() => client.mirror(WatchFailuresDocument, { project: 'p' }, { object: 'job' })).toThrow(
      'Add `... on JobSnapshot { job { id … } }`, `... on JobCorrection { job { id … } }`, `... on JobCorrection { matches }`, `... on JobTombstone { id }` to `jobEvents`.',
    );
    const nodes = (more: string): string =>
      `subscription ($after: String) { computeNodeEvents(after: $after) { ${MESSAGE} ... on ComputeNodeSnapshot { computeNode { id } } ${more} } }`;
    const rest =
      '... on ComputeNodeChange { matches ...N } ... on ComputeNodeCorrection { matches computeNode { id } } ... on ComputeNodeTombstone { id }';
    const fragment = ' fragment N on ComputeNodeChange { computeNode { id } }';
    const mirror = (document: string): void => {
      client.mirror<{ x: { computeNode: { id: string } } }, object, 'computeNode'>(
        document,
        {},
        { object: 'computeNode' },
      );
    };
    expect(() => mirror(nodes(rest) + fragment)).not.toThrow();
    expect(() => mirror(nodes(''))).toThrow('ComputeNodeTombstone { id }');
    client.close();
  });
});

describe('a client', () => {
  it('needs a WebSocket from somewhere', () => {
    const own = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
    Reflect.deleteProperty(globalThis, 'WebSocket');
    try {
      expect(() => createLiveClient({ url: 'http://a/' })).toThrow('`ws` package');
    } finally {
      if (own !== undefined) Object.defineProperty(globalThis, 'WebSocket', own);
    }
  });
});
