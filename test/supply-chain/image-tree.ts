import { execFile } from 'node:child_process';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { copiesOf, DOCKERFILE, stagesOf } from './dockerfile.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Lays down in `folder` what the last stage of the Dockerfile copies to /app, and nothing else: compiled from the sources
 * as they are, with the installed libraries in place of those that the image has.
 */
export async function layImageTree(folder: string): Promise<void> {
  const image = stagesOf(DOCKERFILE).at(-1)!;
  for (const { from, sources, target } of copiesOf(image)) {
    for (const source of sources) {
      const name = from === null ? source : source.replace(/^\/app\//, '');
      const to = join(folder, target === './' ? basename(name) : target);
      if (name === 'dist') await compile(to);
      else if (name === 'node_modules') await symlink(join(ROOT, name), to);
      else await cp(join(ROOT, name), to, { recursive: true });
    }
  }
}

async function compile(outDir: string): Promise<void> {
  await mkdir(outDir, { recursive: true });
  const compiler = join(ROOT, 'node_modules/.bin/tsc');
  // Types are another step's business.
  const args = ['-p', 'tsconfig.build.json', '--noCheck', '--outDir', outDir];
  await promisify(execFile)(compiler, args, { cwd: ROOT });
}
