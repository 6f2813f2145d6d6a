import { readFileSync } from 'node:fs';
import { z } from 'zod';

const flag = z.boolean().default(false);

const lockSchema = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      license: z.string().optional(),
      link: flag,
      dev: flag,
      devOptional: flag,
      hasInstallScript: flag,
    }),
  ),
});

const ROOT = new URL('../../', import.meta.url);

/** What `package-lock.json` says of one package. */
export interface LockedPackage extends z.output<typeof lockSchema.shape.packages.valueType> {
  /** Such as "node_modules/ws". */
  readonly path: string;
  readonly name: string;
}

/** Every package of the lockfile but this project itself. */
export function lockedPackages(): LockedPackage[] {
  const text = readFileSync(new URL('package-lock.json', ROOT), 'utf8');
  return Object.entries(lockSchema.parse(JSON.parse(text)).packages)
    .filter(([path]) => path !== '')
    .map(([path, locked]) => ({ ...locked, path, name: path.split('node_modules/').at(-1) ?? path }));
}

/** Whether it is installed where the tools are not. */
export function isForProduction({ dev, devOptional }: LockedPackage): boolean {
  return !dev && !devOptional;
}

const manifestSchema = z.object({
  license: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
  scripts: z.record(z.string(), z.string()).default({}),
});

/** A `package.json`, seen from the root of the project. Null when there is none. */
export function manifestAt(path: string) {
  let text: string;
  try {
    text = readFileSync(new URL(path, ROOT), 'utf8');
  } catch {
    return null;
  }
  return manifestSchema.parse(JSON.parse(text));
}
