/** What a workload is: a kind of job that one team submits again and again, alone or as a sweep over items. */
import type { LogKind } from '../logs/kinds.ts';
import type { SimJobType } from '../types.ts';
import type { TeamName } from './teams.ts';

/** The resources of one execution. */
export interface Shape {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly gpus: number;
}

export interface Workload {
  readonly team: TeamName;
  readonly type: SimJobType;
  /** How often it is drawn, compared with the others. */
  readonly weight: number;
  /** What it works on: a model, a genome, a film; one is drawn for every sweep. */
  readonly subjects: readonly [string, ...string[]];
  /** Items of one sweep: the first one's number, and how many there are, both drawn from a range. */
  readonly firstItem: readonly [number, number];
  readonly items: readonly [number, number];
  readonly name: (subject: string, item: number) => string;
  /** Name of the group that holds a whole sweep. */
  readonly group: (subject: string) => string;
  readonly image: string;
  readonly command: (subject: string, item: number) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stage: string;
  readonly tags: readonly string[];
  readonly shapes: readonly [Shape, ...Shape[]];
  /** Executions of one job. */
  readonly counts: readonly [number, ...number[]];
  readonly priorities: readonly [number, ...number[]];
  readonly runSeconds: number;
  /** 0.3 varies little, 0.8 a lot. */
  readonly spread: number;
  readonly timeoutMinutes: number | null;
  readonly maxRetries: number;
  readonly log: LogKind;
  /** Name of the pool it may use, where the site has it. */
  readonly pool: string | null;
}

/** What most workloads have in common; each says only what differs. */
const COMMON = {
  type: 'batch',
  weight: 4,
  firstItem: [1, 1],
  items: [1, 1],
  env: {},
  tags: [],
  counts: [1],
  priorities: [0, 0, 0, 10],
  spread: 0.45,
  timeoutMinutes: 60,
  maxRetries: 1,
  log: 'steps',
  pool: null,
} as const satisfies Partial<Workload>;

type Own = Omit<Workload, keyof typeof COMMON | 'group'> & Partial<Workload>;

export function workload(own: Own): Workload {
  return { ...COMMON, group: (subject) => own.name(subject, 0).replace(/-0+$/, ''), ...own };
}

/** Resources in the units people speak in. */
export function shape(cores: number, memoryGib: number, diskGib: number, gpus = 0): Shape {
  return {
    cpuMillis: Math.round(cores * 1000),
    memoryBytes: Math.round(memoryGib * 2 ** 30),
    diskBytes: Math.round(diskGib * 2 ** 30),
    gpus,
  };
}

/** An item's number with leading zeros. */
export function padded(item: number, width: number): string {
  return String(item).padStart(width, '0');
}
