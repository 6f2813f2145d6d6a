import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDocument } from '../../src/client/live-document.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { QUIET } from './busy-world.ts';
import { piecesOfTheDocs } from './example.ts';

const page = readFileSync(new URL('../../docs/client.md', import.meta.url), 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map(([, text = '']) => text);

describe('docs/client.md', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ sandbox: QUIET });
  });
  afterAll(() => gateway.close());

  it('shows code that compiles', () => {
    const source = readFileSync(new URL('example.ts', import.meta.url), 'utf8');
    const pieces = [...source.matchAll(/ {2}\/\/ piece: \w+\n([^]*?) {2}\/\/ end\n/g)].map(([, text = '']) =>
      text.replaceAll(/^ {2}/gm, ''),
    );
    expect(blocks('ts')).toEqual(pieces);
  });

  it('and that runs', async () => {
    const lines: string[] = [];
    const { data } = (await (
      await gateway.post('{"query":"{ projects(first: 1) { nodes { id } } }"}')
    ).json()) as {
      readonly data: { readonly projects: { readonly nodes: readonly { readonly id: string }[] } };
    };
    await piecesOfTheDocs(`${gateway.url}/graphql`, data.projects.nodes[0]?.id ?? '', (line) =>
      lines.push(line),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^there is /));
    expect(lines).toContain('over');
  });

  it('shows a document that can be resumed, and that this gateway takes', async () => {
    const [document = ''] = blocks('graphql');
    expect(readDocument(document).fieldName).toBe('jobEvents');
    const answer = await gateway.post(JSON.stringify({ query: document }), { accept: 'text/event-stream' });
    expect(answer.status).toBe(200);
    await answer.body?.cancel();
  });
});
