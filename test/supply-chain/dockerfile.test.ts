import { existsSync, readFileSync } from 'node:fs';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { copiesOf, DOCKERFILE, instructionsOf, stagesOf } from './dockerfile.ts';

const ROOT = new URL('../../', import.meta.url);
const stages = stagesOf(DOCKERFILE);
const image = stages.at(-1)!;
const only = (keyword: string): string[] =>
  image.instructions.filter((one) => one.keyword === keyword).map(({ text }) => text);

describe('the Dockerfile', () => {
  it('has no problem that a linter knows', () => {
    expect(validate(DOCKERFILE).map((problem) => problem.message)).toEqual([]);
  });

  it('has two stages on one base, which has a tag and can be given a digest', () => {
    expect(stages.map((stage) => [stage.name, stage.image])).toEqual([
      ['build', 'node:24-slim'],
      [null, 'node:24-slim'],
    ]);
  });

  it('runs as a user without rights, who is a number and owns nothing of what runs', () => {
    expect(only('USER')).toEqual([expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)]);
    expect(
      copiesOf(image).flatMap(({ flags }) => flags.filter((flag) => !flag.startsWith('--from='))),
    ).toEqual([]);
    const order = image.instructions.map(({ keyword }) => keyword);
    expect(order.lastIndexOf('COPY')).toBeLessThan(order.indexOf('USER'));
    expect(order.lastIndexOf('RUN')).toBeLessThan(order.indexOf('USER'));
  });

  it('needs no shell to run, and stops when it is told to', () => {
    // As lists of words, which no shell is asked for, and without the script that the base image begins with.
    expect(only('ENTRYPOINT').map((text) => JSON.parse(text) as unknown)).toEqual([['node', 'dist/cli.js']]);
    expect(only('CMD').map((text) => JSON.parse(text) as unknown)).toEqual([['serve']]);
    const [health = ''] = only('HEALTHCHECK');
    expect(JSON.parse(health.slice(health.indexOf('CMD ') + 4))).toEqual(['node', '-e', expect.any(String)]);
    expect(only('SHELL')).toEqual([]);
    expect(only('STOPSIGNAL')).toEqual(['SIGTERM']);
  });

  it('fetches nothing, and holds no secret', () => {
    const all = instructionsOf(DOCKERFILE);
    expect(all.filter(({ keyword }) => keyword === 'ADD')).toEqual([]);
    expect(all.filter(({ text }) => /\b(?:curl|wget|git clone|https?:\/\/(?!127\.0\.0\.1))/.test(text))).toEqual([]); // prettier-ignore
    const settings = all.filter(({ keyword }) => keyword === 'ENV' || keyword === 'ARG');
    const names = settings.flatMap(({ text }) => text.split(/\s+/).map((word) => word.split('=')[0]));
    expect(new Set(names)).toEqual(new Set(['NODE_IMAGE', 'NODE_ENV', 'HOST', 'PORT']));
  });

  it('compiles with the locked tools, and leaves them and the package manager behind', () => {
    const [build] = stages;
    const commands = build!.instructions.filter(({ keyword }) => keyword === 'RUN').map(({ text }) => text);
    expect(commands.join('\n')).toMatch(/^npm ci\b[\s\S]*npm prune --omit=dev/);
    expect(copiesOf(build!)[0]?.sources).toEqual(['package.json', 'package-lock.json', '.npmrc']);
    expect(only('RUN').join('\n')).toContain('rm -rf /usr/local/lib/node_modules /usr/local/bin/npm ');
  });

  it('is given what it copies and nothing else', () => {
    const copied = stages
      .flatMap(copiesOf)
      .filter(({ from }) => from === null)
      .flatMap(({ sources }) => sources);
    expect(copied.filter((source) => !existsSync(new URL(source, ROOT)))).toEqual([]);
    const lines = readFileSync(new URL('.dockerignore', ROOT), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines[0]).toBe('*');
    const given = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(new Set(given)).toEqual(new Set(copied));
  });
});
