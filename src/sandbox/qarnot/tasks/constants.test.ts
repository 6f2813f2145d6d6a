import { describe, expect, it } from 'vitest';
import { programOf, splitWords } from './constants.ts';

describe('constants', () => {
  it.each<[string, string[]]>([
    ["sh -c 'echo ${INSTANCE_ID}'", ['sh', '-c', 'echo ${INSTANCE_ID}']],
    ['a "b \\"c\\" d" e\\ f', ['a', 'b "c" d', 'e f']],
    ['one\'two\'"three"  four', ['onetwothree', 'four']],
    ["it's", ["it's"]],
    ["''", ['']],
    ['  ', []],
  ])('splits %j as a shell does', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  it('makes image, command and environment of them', () => {
    const constants = new Map([
      ['DOCKER_REPO', 'library/alpine'],
      ['DOCKER_TAG', '3.20'],
      ['DOCKER_CMD', 'sleep 5'],
      ['MODE', 'fast'],
    ]);
    expect(programOf(constants, 'docker-batch')).toEqual({
      image: 'library/alpine:3.20',
      command: ['sleep', '5'],
      env: { MODE: 'fast' },
    });
  });
});
