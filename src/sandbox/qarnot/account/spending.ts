import { findPool } from '../pools/facts.ts';
import { loadOf, slotsOf, targetOf } from '../pools/slots.ts';
import type { Installation } from '../store/installation.ts';
import { projectsOf } from '../store/installation.ts';
import type { Part } from '../status/part.ts';
import { findTask } from '../tasks/facts.ts';
import { partsOf } from '../tasks/parts.ts';
import type { JsonObject } from '../wire/json.ts';
import { noSuch } from '../wire/replies.ts';
import { rounded, wireDate } from '../wire/scalars.ts';

/** Invented rates: euros, and watts, of one core. */
const EUROS_PER_CORE_HOUR = 0.04;
const WATTS_PER_CORE = 6;
const ACCOUNT_CREDITS = 1250.4;
const DAY_MS = 86_400_000;

/** What has been computed, in core hours. */
function coreHours(parts: readonly Part[]): number {
  return parts.reduce(
    (sum, { executionMs, hardware }) => sum + (executionMs / 3_600_000) * (hardware?.coreCount ?? 0),
    0,
  );
}

function partsOfTask(installation: Installation, id: string, now: number): readonly Part[] {
  const { job, facts } = findTask(installation, id);
  return partsOf(installation.site, job, facts, now);
}

function partsOfPool(installation: Installation, id: string, now: number): readonly Part[] {
  const pool = findPool(installation, id);
  const target = targetOf(pool, loadOf(installation, pool, now), now);
  return slotsOf(installation, pool, target, now);
}

/** What the account has left, in euros. */
export function accountCredits(): JsonObject {
  return { credits: ACCOUNT_CREDITS };
}

/** What a task has cost, in euros. Tasks in a pool are not billed: the pool is. */
export function taskCredits(installation: Installation, id: string, now: number): JsonObject {
  const { facts } = findTask(installation, id);
  const hours = facts.poolUuid === null ? coreHours(partsOfTask(installation, id, now)) : 0;
  return { credits: rounded(hours * EUROS_PER_CORE_HOUR) };
}

export function poolCredits(installation: Installation, id: string, now: number): JsonObject {
  return { credits: rounded(coreHours(partsOfPool(installation, id, now)) * EUROS_PER_CORE_HOUR) };
}

/** Budgets of a project: one that runs, and one of last year. */
export function budgets(
  installation: Installation,
  id: string,
  activeOnly: boolean,
  now: number,
): JsonObject {
  const project = projectsOf(installation).find(({ uuid }) => uuid === id.toLowerCase());
  if (project === undefined) throw noSuch('project', id);
  const budget = (alias: string, start: number, isArchived: boolean, consumed: number): JsonObject => ({
    uuid: `${project.uuid.slice(0, -1)}${isArchived ? '0' : '1'}`,
    alias,
    consumedAmountInCents: consumed,
    totalAmountInCents: 500_000,
    remainingAmountInCents: 500_000 - consumed,
    startDateUtc: wireDate(start),
    expirationDateUtc: isArchived ? wireDate(start + 365 * DAY_MS) : null,
    budgetOverrunPolicy: 'AlertOnly',
    isArchived,
  });
  const year = 365 * DAY_MS;
  const all = [
    budget('current', now - 30 * DAY_MS, false, 123_400),
    budget('previous', now - year - 30 * DAY_MS, true, 500_000),
  ];
  return { budgets: all.filter(({ isArchived }) => !activeOnly || isArchived === false) };
}

const COMPARED = 'eu-average';

/**
 * The carbon facts of some computing, in the vocabulary that the official SDKs read; the specification spells the same
 * figures in camel case. Energy in Wh, footprints in gCO2eq.
 */
function carbonFacts(parts: readonly Part[], comparison: string | null): JsonObject {
  const energyWh = coreHours(parts) * WATTS_PER_CORE;
  const here = energyWh * 0.02;
  const elsewhere = energyWh * 0.33;
  const heat = energyWh * 0.05;
  return {
    total_consumed_energy_Wh: rounded(energyWh),
    total_energy_it_Wh: rounded(energyWh * 0.98),
    total_reused_energy_Wh: rounded(energyWh * 0.8),
    qarnot_carbon_footprint: rounded(here),
    equivalent_datacenter_name: comparison ?? COMPARED,
    equivalent_DC_carbon_footprint: rounded(elsewhere),
    saved_carbon_footprint_compute: rounded(elsewhere - here),
    saved_carbon_footprint_heat: rounded(heat),
    saved_carbon_footprint_compute_heat: rounded(elsewhere - here + heat),
    saved_carbon_footprint_percent: energyWh === 0 ? 0 : rounded(((elsewhere - here) / elsewhere) * 100),
    PUE: 1.02,
    ERE: 0.22,
    ERF: 0.8,
    WUE: 0,
  };
}

export function taskCarbon(
  installation: Installation,
  id: string,
  comparison: string | null,
  now: number,
): JsonObject {
  return carbonFacts(partsOfTask(installation, id, now), comparison);
}

export function poolCarbon(
  installation: Installation,
  id: string,
  comparison: string | null,
  now: number,
): JsonObject {
  return carbonFacts(partsOfPool(installation, id, now), comparison);
}
