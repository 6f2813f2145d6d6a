import type { Installation } from '../installation.ts';
import { instanceTypeOf } from '../instance-types.ts';
import { isInference, promptsOf } from '../inference/prompts.ts';
import type { Json, JsonObject } from '../wire/json.ts';
import { amount, filledText, isArray, isObject } from '../wire/json.ts';
import { invalidInput, unknownApp } from '../wire/refusal.ts';

/** The most hours a job may have, and what it has when it asks for none (from a documented client). */
const MAX_HOURS = 8;
const MAX_COPIES = 1000;
const SPECS = ['vcpus', 'ram', 'disk', 'networkDownload', 'networkUpload'] as const;

/** A creation that may go ahead. */
export interface JobRequest {
  readonly app: string;
  readonly commandLine: string;
  readonly vcpus: number;
  /** Megabytes, read as MiB; the unit is not spelled out upstream. */
  readonly ram: number;
  readonly disk: number;
  readonly hours: number;
  readonly tag: string | null;
  readonly copies: number;
}

/**
 * Reads and checks a creation, in the order in which its refusals are tried. Unknown members are ignored. A strict
 * server takes nothing for optional that the vendor's sample has: all of `specs`, and `hours`.
 */
export function readJobRequest(installation: Installation, body: JsonObject, style: 'rpc' | 'resource') {
  const app = filledText(body['app']);
  const commandLine = filledText(body['commandLine']);
  if (app === null || commandLine === null) throw invalidInput();
  checkApp(installation, app);
  const complete = installation.strict && style === 'rpc';
  const guessed = installation.tiers.has('T3');
  const named = guessed ? body['instanceType'] : undefined;
  const size = instanceTypeOf(named === undefined ? undefined : (filledText(named) ?? ''));
  if (size === undefined) throw invalidInput();
  const specs = readSpecs(body['specs'], complete);
  checkInputFiles(body['inputFiles']);
  if (isInference(app) && promptsOf(commandLine) === null) throw invalidInput();
  const request: JobRequest = {
    app,
    commandLine,
    vcpus: specs.vcpus ?? size.vcpus,
    ram: specs.ram ?? size.ram,
    disk: specs.disk ?? size.disk,
    hours: readHours(body['hours'], complete),
    tag: readTag(body['tag']),
    copies: guessed ? readCopies(body['copies']) : 1,
  };
  return request;
}

/** Split at the first colon only: images have colons of their own. */
function checkApp({ namespace }: Installation, app: string): void {
  const colon = app.indexOf(':');
  const scheme = app.slice(0, Math.max(0, colon));
  const rest = app.slice(colon + 1).trim();
  if ((scheme !== 'docker' && scheme !== namespace) || rest === '') throw unknownApp(app);
}

function readSpecs(given: Json | undefined, complete: boolean) {
  if (given === undefined && !complete) return {};
  if (!isObject(given)) throw invalidInput();
  const specs: Partial<Record<(typeof SPECS)[number], number>> = {};
  for (const name of SPECS) {
    const value = given[name];
    if (value === undefined && !complete) continue;
    const number = amount(value);
    if (number === null) throw invalidInput();
    specs[name] = number;
  }
  return specs;
}

function readHours(given: Json | undefined, complete: boolean): number {
  if (given === undefined && !complete) return MAX_HOURS;
  const hours = amount(given);
  if (hours === null || hours === 0 || hours > MAX_HOURS) throw invalidInput();
  return hours;
}

function checkInputFiles(given: Json | undefined): void {
  if (given === undefined) return;
  if (!isArray(given)) throw invalidInput();
  for (const item of given) {
    if (!isObject(item) || filledText(item['filename']) === null || filledText(item['url']) === null) {
      throw invalidInput();
    }
  }
}

function readTag(given: Json | undefined): string | null {
  if (given === undefined || given === null) return null;
  if (typeof given !== 'string') throw invalidInput();
  return given === '' ? null : given;
}

function readCopies(given: Json | undefined): number {
  if (given === undefined) return 1;
  const copies = amount(given);
  if (copies === null || !Number.isInteger(copies) || copies < 1 || copies > MAX_COPIES) throw invalidInput();
  return copies;
}
