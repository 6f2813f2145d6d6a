import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../model/errors.ts';
import type { Memo } from '../providers/acting.ts';
import type { Intent } from './intent.ts';

const key = z.string().min(1);
const time = z.int();

const memo: z.ZodType<Memo> = z.record(z.string(), z.json());

const shape = z.object({
  id: key,
  provider: key,
  // Absent in what was written before accounts were told apart.
  account: z.string().nullable().default(null),
  target: z.object({
    stamp: z.object({ id: key, specHash: key }),
    name: z.string(),
    project: z.string().nullable(),
    rerunOf: z.object({ key, generation: z.int() }).nullable(),
    sentAt: time,
  }),
  phase: z.enum(['CLAIMED', 'SENDING', 'UNKNOWN', 'CREATED', 'FREE']),
  sends: z.int(),
  lease: z.object({ owner: z.string(), until: time }).nullable(),
  keys: z.array(key),
  memo: memo.nullable(),
  problem: z
    .object({
      code: z.string().refine((code): code is ErrorCode => code in ERROR_CODES),
      message: z.string(),
    })
    .nullable(),
  createdAt: time,
  updatedAt: time,
  version: z.int().min(1),
});

/** An intent as a store wrote it; null for anything else. */
export function readIntent(line: string): Intent | null {
  try {
    const parsed = shape.safeParse(JSON.parse(line));
    // The shape above is Intent's, but for the brands of its texts and numbers.
    return parsed.success ? (parsed.data as object as Intent) : null;
  } catch {
    return null;
  }
}
