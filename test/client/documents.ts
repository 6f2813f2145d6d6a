import { parse } from 'graphql';
import type { TypedDocument } from '../../src/client/index.ts';

interface Job {
  readonly id: string;
  readonly state: string;
}

/** The messages of the scripted server. */
export type ScriptedMessage =
  | { readonly __typename: 'JobSnapshot'; readonly cursor: null; readonly job: Job }
  | { readonly __typename: 'SnapshotEnd'; readonly cursor: string }
  | {
      readonly __typename: 'JobChange';
      readonly cursor: string;
      readonly matches: boolean;
      readonly job: Job;
    }
  | { readonly __typename: 'JobTombstone'; readonly cursor: string; readonly id: string }
  | { readonly __typename: 'Bookmark'; readonly cursor: string }
  | { readonly __typename: 'Gap'; readonly cursor: string; readonly reason: string };

export interface ScriptedVariables {
  readonly after?: string | null;
  readonly start?: 'SNAPSHOT' | 'NOW' | 'AFTER';
  readonly onGap?: 'RESNAPSHOT' | 'FAIL';
}

export const SCRIPTED: TypedDocument<{ readonly jobEvents: ScriptedMessage }, ScriptedVariables> = parse(`
  subscription Watch($start: Start, $after: String, $onGap: OnGap) {
    jobEvents(start: $start, after: $after, onGap: $onGap) {
      __typename
      ... on LiveMessage { cursor }
      ... on JobSnapshot { job { id state } }
      ... on JobChange { matches job { id state } }
      ... on JobCorrection { matches job { id state } }
      ... on JobTombstone { id }
      ... on Gap { reason }
    }
  }
`);
