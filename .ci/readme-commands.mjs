// Prints the README's start command and its first query, one a line: what a stranger would paste.
import { readFileSync } from 'node:fs';

const text = readFileSync(process.argv[2], 'utf8');
const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, body]) => body.trim());
const find = (test) => {
  const block = blocks.find(test);
  if (block === undefined) throw new Error('the README lost one of its commands');
  return block.replaceAll('\\\n', ' ');
};
console.log(
  find((block) => block.includes('npm start'))
    .split('\n')
    .at(-1),
);
console.log(find((block) => block.startsWith('curl')).replaceAll(/\s*\n\s*/g, ' '));
