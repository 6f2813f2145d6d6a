import { readFileSync } from 'node:fs';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';

const text = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8');

describe('the Dockerfile', () => {
  it('has no problem that a linter knows', () => {
    expect(validate(text).map((problem) => problem.message)).toEqual([]);
  });

  it('has two stages on Node 24, and the last runs without rights and checks its health', () => {
    const stages = text.split(/^FROM /m).slice(1);
    expect(stages.map((stage) => stage.split(/\s/)[0])).toEqual(['node:24-slim', 'node:24-slim']);
    expect(stages[1]).toMatch(/^USER node$/m);
    expect(stages[1]).toMatch(/^HEALTHCHECK /m);
  });
});
