import { constants } from 'node:fs';
import { access, readFile, stat, statfs, unlink, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import type { LoadedConfig, SecretOrigin } from '../../config/config.ts';
import { holderShape, lookFor, thisHolder } from '../../live/log/file/holder.ts';
import { codeOf, fail, ok, warn, type Finding } from './finding.ts';

const READ_BY_ALL = 0o004;
const WRITTEN_BY_OTHERS = 0o022;
const MIB = 1024 * 1024;

interface NamedSecret {
  readonly subject: string;
  readonly from: SecretOrigin['from'];
}

/** The file itself: whoever can write it decides where credentials are sent. */
export async function checkConfigFile({ source }: LoadedConfig): Promise<Finding[]> {
  if (source.kind !== 'file') return [];
  const { mode } = await stat(source.path);
  return (mode & WRITTEN_BY_OTHERS) === 0
    ? [ok('config-file', source.path, 'Only its owner can write it.')]
    : [
        warn(
          'config-file',
          source.path,
          'Others can write it, and with it decide where credentials are sent.',
          `chmod go-w ${source.path}`,
        ),
      ];
}

/** Where each secret is kept. That it can be read was found out by loading the configuration. */
export async function checkSecrets(config: LoadedConfig): Promise<Finding[]> {
  const folder = config.source.kind === 'file' ? dirname(resolve(config.source.path)) : process.cwd();
  return Promise.all(secretsOf(config).map((secret) => checkSecret(secret, folder)));
}

function secretsOf({ providers, auth }: LoadedConfig): NamedSecret[] {
  const ofProviders = providers
    .filter(({ enabled }) => enabled)
    .flatMap(({ key, secrets, callbackSource, accessSource }) => [
      ...secrets.map(({ member, from }) => ({ subject: `${key} ${member}`, from })),
      ...[...(accessSource.tenants ?? [])].flatMap(([tenant, kept]) =>
        kept.map(({ member, from }) => ({ subject: `${key} ${member} of tenant ${tenant}`, from })),
      ),
      ...(callbackSource === null
        ? []
        : [{ subject: `${key} callback password`, from: callbackSource.password.from }]),
    ]);
  const ofKeys = (auth?.apiKeys ?? []).flatMap(({ id, hashFrom }) =>
    hashFrom === null ? [] : [{ subject: `API key ${id}`, from: hashFrom }],
  );
  return [...ofProviders, ...ofKeys];
}

async function checkSecret({ subject, from }: NamedSecret, folder: string): Promise<Finding> {
  if ('env' in from) return ok('secret', subject, `In the environment variable ${from.env}.`);
  const path = resolve(folder, from.file);
  const { mode } = await stat(path);
  if ((mode & (READ_BY_ALL | WRITTEN_BY_OTHERS)) === 0) return ok('secret', subject, `In ${path}.`);
  return warn('secret', subject, `Everybody on this machine can read or replace ${path}.`, `chmod 600 ${path}`); // prettier-ignore
}

/** What outlives the process: whether it can be written, and whether another process is at it. */
export async function checkData({ data, audit, live }: LoadedConfig): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (audit.file !== null)
    findings.push(await checkWritable('audit-file', dirname(resolve(audit.file)), false));
  if (data.directory === null) {
    return [...findings, ok('data', 'memory', 'No directory is configured: nothing outlives the process.')];
  }
  const directory = resolve(data.directory);
  findings.push(await checkWritable('data', directory, true));
  if (findings.at(-1)?.verdict === 'FAIL') return findings;
  findings.push(...(await checkRoom(directory, live.windowBytes)));
  for (const part of ['intents', 'events']) findings.push(...(await checkLock(join(directory, part))));
  return findings;
}

async function checkWritable(check: string, directory: string, isMade: boolean): Promise<Finding> {
  const probe = join(directory, `.doctor-${randomBytes(6).toString('hex')}`);
  const fix = 'Let the user of the gateway write there, or configure another place.';
  try {
    const { mode } = await stat(directory);
    await writeFile(probe, '', { mode: 0o600, flag: 'wx' });
    await unlink(probe);
    if ((mode & WRITTEN_BY_OTHERS) === 0) return ok(check, directory, 'Can be written, by its owner alone.');
    return warn(check, directory, 'Others can write there, too.', `chmod go-w ${directory}`);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || !isMade) return fail(check, directory, `Cannot be written (${codeOf(error)}).`, fix); // prettier-ignore
    return checkCanBeMade(check, directory, fix);
  }
}

/** The gateway makes what is missing, under the nearest folder that is there. */
async function checkCanBeMade(check: string, directory: string, fix: string): Promise<Finding> {
  let above = dirname(directory);
  for (;;) {
    try {
      await access(above, constants.W_OK);
      return ok(check, directory, 'Is not there yet, and can be made.');
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || above === dirname(above)) {
        return fail(check, directory, `Is not there, and ${above} cannot be written (${codeOf(error)}).`, fix); // prettier-ignore
      }
      above = dirname(above);
    }
  }
}

async function checkRoom(directory: string, windowBytes: number): Promise<Finding[]> {
  const space = await statfs(directory).catch(() => null);
  if (space === null) return [];
  const free = space.bavail * space.bsize;
  const mebibytes = `${String(Math.floor(free / MIB))} MiB are free.`;
  // The window is rewritten beside the old one before that is removed.
  return free >= 4 * windowBytes
    ? [ok('disk', directory, mebibytes)]
    : [warn('disk', directory, mebibytes, 'Make room: the window of events alone may take twice live.windowBytes.')]; // prettier-ignore
}

async function checkLock(directory: string): Promise<Finding[]> {
  const text = await readFile(join(directory, 'lock'), 'utf8').catch(() => null);
  if (text === null) return [];
  const holder = holderShape.safeParse(jsonOf(text)).data;
  if (holder === undefined) return [ok('lock', directory, 'A lock that was never finished is taken over.')];
  const seen = await lookFor(holder, await thisHolder('doctor'));
  if (seen === 'DEAD') return [ok('lock', directory, 'The process that had it has ended.')];
  const who = `process ${String(holder.pid)} on "${holder.host}"`;
  return [
    warn(
      'lock',
      directory,
      seen === 'ALIVE' ? `In use by ${who}.` : `In use by ${who}, as far as can be seen from here.`,
      'If that is this gateway, all is well. Another one needs a directory of its own.',
    ),
  ];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
