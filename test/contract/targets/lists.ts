import { request } from 'undici';
import type { AnyRecord } from '../../../src/model/records.ts';
import type { Credential } from '../../../src/upstream/types.ts';
import type { DroppedRows } from '../../../src/providers/provider.ts';
import type { JsonObject } from '../facts.ts';

/** What a page of a list holds, without its positions. */
export function recordsOf<R extends AnyRecord>(page: {
  readonly rows: readonly { readonly record: R }[];
  readonly dropped: DroppedRows;
}): { readonly records: readonly R[]; readonly dropped: DroppedRows } {
  return { records: page.rows.map((row) => row.record), dropped: page.dropped };
}

/** Reads an answer of an emulator, past the adapter. */
export async function readBody(url: string, credential: Credential | null): Promise<JsonObject> {
  const headers: Record<string, string> = {};
  credential?.apply(headers);
  const answer = await request(url, { headers });
  return (await answer.body.json()) as JsonObject;
}
