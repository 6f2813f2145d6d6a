import type { LogScript } from './script.ts';
import type { SimLogLine } from '../types.ts';
import { err, lineCount, loggerTime, out } from './script.ts';

/** Read alignment: chunks of reads, speed, a summary. Aligners talk on stderr. */
export const align: LogScript = function* align(facts, random) {
  const { startedAt, runMs } = facts;
  const threads = Math.max(1, Math.round(facts.spec.cpuMillis / 1000));
  yield err(startedAt, `[M::main] ${facts.spec.command.at(-1)?.slice(0, 160) ?? ''}`);
  yield err(startedAt + runMs * 0.01, '[M::index_load] loaded reference GRCh38 (3099734149 bp, 195 contigs)');
  const chunks = lineCount(runMs, 1800);
  const readsPerChunk = random.int(38, 72) * 1000;
  let mapped = 0;
  for (let chunk = 1; chunk <= chunks; chunk++) {
    const at = startedAt + runMs * (0.02 + (0.96 * chunk) / (chunks + 1));
    const reads = readsPerChunk + random.int(-900, 900);
    const share = 0.985 + random.next() * 0.012;
    mapped += Math.round(reads * share);
    const seconds = (runMs * 0.96) / chunks / 1000;
    yield err(
      at,
      `[M::process] chunk ${chunk}/${chunks}: ${reads} reads, ${(share * 100).toFixed(2)}% mapped, ${(seconds * threads).toFixed(1)} CPU s, ${seconds.toFixed(1)} real s`,
    );
    if (chunk % 25 === 0)
      yield out(at, `progress ${Math.round((100 * chunk) / chunks)}% mapped_reads=${mapped}`);
  }
  yield out(
    startedAt + runMs * 0.995,
    `summary: ${mapped} reads mapped, duplicates ${(8 + random.next() * 9).toFixed(1)}%`,
  );
};

/** Variant calling along a chromosome; everything on stderr, as that tool does it. */
export const callVariants: LogScript = function* callVariants(facts, random) {
  const { startedAt, runMs, spec } = facts;
  const info = (at: number, text: string): SimLogLine =>
    err(at, `${new Date(at).toISOString().slice(11, 23)} INFO  ${text}`);
  yield info(startedAt, `HaplotypeCaller - ${spec.command.join(' ').slice(0, 150)}`);
  yield info(
    startedAt + runMs * 0.01,
    'ProgressMeter -    Current Locus  Elapsed Minutes  Regions Processed  Regions/Minute',
  );
  const chromosome = /chr\d+/.exec(spec.command.join(' '))?.[0] ?? 'chr1';
  const length = random.int(48, 240) * 1_000_000;
  const lines = lineCount(runMs, 3000);
  for (let line = 1; line <= lines; line++) {
    const at = startedAt + runMs * (0.01 + (0.97 * line) / (lines + 1));
    const locus = Math.round((length * line) / lines) + random.int(-900, 0);
    const minutes = (at - startedAt) / 60_000;
    const regions = Math.round(locus / 310);
    yield info(
      at,
      `ProgressMeter - ${chromosome}:${locus} ${minutes.toFixed(1)} ${regions} ${(regions / Math.max(0.1, minutes)).toFixed(1)}`,
    );
  }
};

/** A model that steps through simulated days. */
export const simulate: LogScript = function* simulate(facts, random) {
  const { startedAt, runMs } = facts;
  const cores = Math.max(1, Math.round(facts.spec.cpuMillis / 1000));
  yield out(
    startedAt,
    ` WRF V4.6.0 MODEL, rank ${facts.index} of ${facts.spec.count}, ${cores} threads on ${facts.nodeName}`,
  );
  yield out(startedAt + runMs * 0.01, ' domain 01: 281 x 261 x 50, dx = 4000 m, dt = 24 s');
  const steps = lineCount(runMs, 1500);
  const days = Math.max(1, Math.round(steps / 12));
  for (let step = 1; step <= steps; step++) {
    const at = startedAt + runMs * (0.02 + (0.97 * step) / (steps + 1));
    const day = new Date(Date.UTC(2041, 0, 1) + (days * 86_400_000 * step) / steps).toISOString();
    yield out(
      at,
      `Timing for main: time ${day.slice(0, 10)}_${day.slice(11, 19)} on domain 1: ${(0.8 + random.next() * 0.9).toFixed(5)} elapsed seconds`,
    );
    if (random.chance(0.02)) {
      yield err(
        at,
        `${random.int(1, 9)} points exceeded cfl=2 in domain d01 at time ${day.slice(0, 10)}: reducing dt`,
      );
    }
    if (step % 60 === 0)
      yield out(
        at,
        `Timing for Writing wrfout_d01_${day.slice(0, 10)}: ${(2 + random.next() * 3).toFixed(5)} elapsed seconds`,
      );
  }
};

/** Anything that works through a list of items. */
export const steps: LogScript = function* steps(facts, random) {
  const { startedAt, runMs, spec } = facts;
  yield out(startedAt, `${loggerTime(startedAt)} INFO  start: ${spec.command.join(' ').slice(0, 120)}`);
  const total = random.int(400, 9000);
  const lines = lineCount(runMs, 1600);
  for (let line = 1; line <= lines; line++) {
    const at = startedAt + runMs * (0.01 + (0.97 * line) / (lines + 1));
    const done = Math.round((total * line) / lines);
    const perSecond = total / (runMs / 1000);
    yield out(
      at,
      `${loggerTime(at)} INFO  ${done}/${total} items (${Math.round((100 * line) / lines)}%), ${(perSecond * (0.9 + random.next() * 0.2)).toFixed(1)} items/s`,
    );
    if (random.chance(0.015)) {
      yield err(at + 5, `${loggerTime(at)} WARN  item ${random.int(1, total)} skipped: unreadable header`);
    }
  }
};
