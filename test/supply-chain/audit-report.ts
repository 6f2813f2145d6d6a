import { z } from 'zod';

/**
 * What this project is made of, and how it is delivered: dependencies, image, manifests, and what the papers about
 * security say of them. `audit.ts` is a program (`npm run audit`); the rest are tests and what they read with.
 */

/** A published weakness of a package that is in the lockfile. */
export interface Weakness {
  /** The advisory, such as "GHSA-xxxx-xxxx-xxxx". */
  readonly id: string;
  readonly package: string;
  readonly severity: string;
  readonly title: string;
  /** Versions that have it. */
  readonly range: string;
  /** Where it is installed: paths as the lockfile has them. */
  readonly places: readonly string[];
}

/** What `npm audit --json` had to say. */
export type AuditReport =
  | { readonly kind: 'FOUND'; readonly weaknesses: readonly Weakness[] }
  /** Nobody could be asked: no network, or a registry that does not answer such questions. */
  | { readonly kind: 'UNAVAILABLE'; readonly why: string }
  /** It was asked wrongly, or answers in another way than this knows. */
  | { readonly kind: 'UNUSABLE'; readonly why: string };

const advisory = z.object({
  source: z.union([z.number(), z.string()]),
  name: z.string(),
  url: z.string().optional(),
  title: z.string().default(''),
  severity: z.string().default('unknown'),
  range: z.string().default('*'),
});

const found = z.object({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(
    z.string(),
    // A text names another entry, through which this one is affected.
    z.object({ via: z.array(z.union([z.string(), advisory])), nodes: z.array(z.string()).default([]) }),
  ),
});

const failed = z.object({
  statusCode: z.number().optional(),
  message: z.string().optional(),
  error: z.object({ code: z.string().optional() }).optional(),
});

/** npm’s own complaints, which no network is needed for. */
const OUR_FAULT = new Set(['ENOLOCK', 'EUSAGE', 'EJSONPARSE']);

/** Reads the standard output of `npm audit --json`. */
export function readAuditReport(stdout: string): AuditReport {
  let json: unknown;
  try {
    json = JSON.parse(stdout);
  } catch {
    return { kind: 'UNAVAILABLE', why: 'npm gave no answer' };
  }
  const report = found.safeParse(json);
  if (report.success) return { kind: 'FOUND', weaknesses: weaknessesOf(report.data) };
  if (typeof json === 'object' && json !== null && 'auditReportVersion' in json) {
    return { kind: 'UNUSABLE', why: 'npm audit has a form of report that this does not know' };
  }
  const { statusCode, error } = failed.safeParse(json).data ?? {};
  const code = error?.code ?? '';
  if (OUR_FAULT.has(code)) return { kind: 'UNUSABLE', why: `npm audit failed: ${code}` };
  // Its message is not repeated: it holds the address of the registry, and whatever stands in that.
  const why =
    statusCode === undefined
      ? 'the registry could not be reached'
      : `the registry answered HTTP ${String(statusCode)}`;
  return { kind: 'UNAVAILABLE', why };
}

function weaknessesOf({ vulnerabilities }: z.output<typeof found>): Weakness[] {
  const byName = new Map<string, Weakness>();
  for (const { via, nodes } of Object.values(vulnerabilities)) {
    for (const cause of via) {
      if (typeof cause === 'string') continue;
      const { name, severity, title, range } = cause;
      const id = /GHSA(?:-[a-z0-9]{4}){3}/i.exec(cause.url ?? '')?.[0] ?? String(cause.source);
      const places = [...new Set([...(byName.get(`${id} ${name}`)?.places ?? []), ...nodes])];
      byName.set(`${id} ${name}`, { id, package: name, severity, title, range, places });
    }
  }
  return [...byName.values()];
}
