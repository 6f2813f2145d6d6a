import { describe, expect, it } from 'vitest';
import { documentHash, hashInId, readManifest } from './manifest.ts';

const TEXT = 'query A { providers { key } }';
const HASH = documentHash(TEXT);

describe('readManifest', () => {
  it('reads what GraphQL Code Generator writes, and what Apollo writes', () => {
    const documents = [{ id: HASH, text: TEXT }];
    expect(readManifest(JSON.stringify({ [`sha256:${HASH}`]: TEXT }))).toEqual({ documents });
    expect(readManifest(JSON.stringify({ [HASH]: TEXT }))).toEqual({ documents });
    const operations = [{ id: HASH, name: 'A', type: 'query', body: TEXT }];
    const apollo = { format: 'apollo-persisted-query-manifest', version: 1, operations };
    expect(readManifest(JSON.stringify(apollo))).toEqual({ documents });
    expect(readManifest('{}')).toEqual({ documents: [] });
  });

  it.each<[string, string, string]>([
    ['nothing', '', 'is not JSON'],
    ['a list', '[]', 'is no manifest'],
    ['a text', '"x"', 'is no manifest'],
    ['null', 'null', 'is no manifest'],
    ['another format', '{"format":"other","operations":[]}', 'is no manifest'],
    ['Apollo’s without operations', '{"format":"apollo-persisted-query-manifest"}', 'is no manifest'],
    ['an operation that is none', '{"format":"apollo-persisted-query-manifest","operations":[null]}', 'whose id is no SHA-256'], // prettier-ignore
    ['an id of another algorithm', `{"${'a'.repeat(40)}":"{ a }"}`, 'number 1, whose id is no SHA-256'],
    ['the id __proto__', '{"__proto__":"{ a }"}', 'whose id is no SHA-256'],
    ['a hash in capitals', `{"${HASH.toUpperCase()}":"x"}`, 'whose id is no SHA-256'],
    ['a document of another hash', `{"${HASH}":"{ a }"}`, `not the one of its id, ${HASH}`],
    ['a document that is a tree', `{"${HASH}":{}}`, `no document for the id ${HASH}`],
  ])('says what is wrong with %s', (_, json, message) => {
    const read = readManifest(json);
    expect('problems' in read ? read.problems[0]?.message : null).toContain(message);
  });

  it('tells of all entries at once, and repeats no document', () => {
    const read = readManifest(JSON.stringify({ a: 'hunter2', [HASH]: 'hunter2' }));
    expect('problems' in read ? read.problems : []).toHaveLength(2);
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });
});

describe('hashInId', () => {
  it('takes both spellings, and nothing else', () => {
    expect([hashInId(HASH), hashInId(`sha256:${HASH}`)]).toEqual([HASH, HASH]);
    const others = [`sha512:${HASH}`, `${HASH}0`, HASH.slice(1), ` ${HASH}`, `${HASH}\n`, '', 'sha256:'];
    expect(others.map(hashInId)).toEqual(others.map(() => null));
  });
});
