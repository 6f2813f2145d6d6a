import { z } from 'zod';
import type { Weakness } from './audit-report.ts';

const exceptionSchema = z.strictObject({
  /** The advisory, as `npm run audit` prints it. */
  id: z.string().regex(/^(?:GHSA(?:-[a-z0-9]{4}){3}|\d+)$/i),
  package: z.string().min(1),
  /** Why it does not matter here, so that a stranger can judge it. */
  why: z.string().min(40),
  /** The last day on which this holds; then somebody has to look again. */
  until: z.iso.date(),
});

/** A weakness that was looked at, and is lived with for a while. */
export type AuditException = z.output<typeof exceptionSchema>;

/** Reads `docs/audit-exceptions.json`. Throws for anything else. */
export function readExceptions(text: string): readonly AuditException[] {
  return z.array(exceptionSchema).parse(JSON.parse(text));
}

export interface AuditVerdict {
  /** Nobody has said why they may stay. */
  readonly unexplained: readonly Weakness[];
  /** Somebody has, but until a day that is over. */
  readonly expired: readonly Weakness[];
  readonly explained: readonly Weakness[];
  /** Explanations of what is not there any more. */
  readonly idle: readonly AuditException[];
}

/** `today`: as in "2026-11-22". */
export function judge(
  weaknesses: readonly Weakness[],
  exceptions: readonly AuditException[],
  today: string,
): AuditVerdict {
  const exceptionFor = (weakness: Weakness): AuditException | undefined =>
    exceptions.find((exception) => isFor(exception, weakness));
  const is = (kind: 'unexplained' | 'expired' | 'explained') => (weakness: Weakness) => {
    const exception = exceptionFor(weakness);
    if (exception === undefined) return kind === 'unexplained';
    return kind === (exception.until < today ? 'expired' : 'explained');
  };
  return {
    unexplained: weaknesses.filter(is('unexplained')),
    expired: weaknesses.filter(is('expired')),
    explained: weaknesses.filter(is('explained')),
    idle: exceptions.filter((exception) => !weaknesses.some((weakness) => isFor(exception, weakness))),
  };
}

function isFor(exception: AuditException, weakness: Weakness): boolean {
  return exception.id === weakness.id && exception.package === weakness.package;
}
