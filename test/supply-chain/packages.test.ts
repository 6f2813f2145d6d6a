import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isForProduction, lockedPackages, manifestAt } from './lockfile.ts';

const packages = lockedPackages();
const production = packages.filter(isForProduction);
const own = manifestAt('package.json')!;

/** Licences that ask for nothing but being named. By their SPDX names. */
const LICENCES = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
]);

/** Packages that would run something when they are installed, and why it need not. */
const UNRUN_SCRIPTS = new Map([
  [
    'esbuild',
    'It makes its start faster. Without it, the program of the platform is found in its own package.',
  ],
]);

const named = ({ name, version }: { name: string; version?: string | undefined }): string =>
  `${name}@${version ?? '?'}`;

describe('the lockfile', () => {
  it('holds a strong hash of every package, and none that is not from a registry', () => {
    const odd = packages.filter(
      ({ integrity, link }) => link || !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''),
    );
    expect(odd.map(named)).toEqual([]);
  });

  it('names no host: which registry is asked is up to who installs, and the hashes say what must come', () => {
    expect(packages.filter(({ resolved }) => resolved !== undefined).map(named)).toEqual([]);
  });

  it('is of the versions that package.json names, to the digit', () => {
    for (const [name, version] of Object.entries({ ...own.dependencies, ...own.devDependencies })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/);
      expect(packages.find(({ path }) => path === `node_modules/${name}`)?.version, name).toBe(version);
    }
  });
});

describe('installing', () => {
  it('runs nobody’s scripts, and needs none', () => {
    expect(readFileSync(new URL('../../.npmrc', import.meta.url), 'utf8')).toMatch(/^ignore-scripts=true$/m);
    const names = new Set(
      packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name),
    );
    expect([...names]).toEqual([...UNRUN_SCRIPTS.keys()]);
    const own = manifestAt('package.json')!.scripts;
    const atInstall = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare'];
    expect(atInstall.filter((name) => name in own)).toEqual([]);
  });
});

describe('the licence', () => {
  it('of everything that goes into production is one that is known to be fine', () => {
    expect(production.length).toBeGreaterThan(50);
    expect(production.filter(({ license }) => !LICENCES.has(license ?? '')).map(named)).toEqual([]);
  });

  it('is what the installed package says of itself, too', () => {
    const installed = production.flatMap((locked) => {
      const manifest = manifestAt(`${locked.path}/package.json`);
      return manifest === null ? [] : [{ ...locked, says: manifest.license }];
    });
    expect(installed.length).toBeGreaterThan(50);
    expect(installed.filter(({ license, says }) => license !== says).map(named)).toEqual([]);
  });
});

describe('docs/security.md', () => {
  it('says of each direct dependency in production what it is for', () => {
    const text = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
    const table = [...text.matchAll(/^\| `([^`]+)` +\| \S/gm)].map(([, name]) => name);
    expect(table.filter((name) => name !== undefined && name in own.dependencies)).toEqual(
      Object.keys(own.dependencies),
    );
  });
});
