/** Why the scheduler found no node for a job, in the several lines that it says it in (seen on 1.9.3). */

const START = 'not enough nodes to run job. ';

/** What the scheduler thinks of one node. */
export interface Verdict {
  /** As on the wire, shortened. */
  readonly node: string;
  readonly suitable: boolean;
  /** Empty for a suitable one. */
  readonly reason: string;
}

/** Nodes with the same reason share a line; the order of the lines means nothing. */
export function notEnoughNodes(requested: number, verdicts: readonly Verdict[]): string {
  const available = verdicts.length;
  const suitable = verdicts.filter((verdict) => verdict.suitable).length;
  const figures = `requested: ${requested}, available: ${available}, suitable: ${suitable}.`;
  return START + figures + reasonLines(verdicts);
}

function reasonLines(verdicts: readonly Verdict[]): string {
  const byReason = new Map<string, Verdict[]>();
  for (const verdict of verdicts) {
    byReason.set(verdict.reason, [...(byReason.get(verdict.reason) ?? []), verdict]);
  }
  const lines = [...byReason].map(([reason, [first, ...others]]) => {
    const who =
      others.length === 0 ? `Node ${first?.node}` : `${others.length + 1} of ${verdicts.length} nodes`;
    return `\n• ${who}: ${reason}`;
  });
  return lines.join('');
}

/** For ops and daemon jobs, which ask for no number of nodes (read in the source of 1.9.3, not seen). */
export function noMatchingNodes(verdicts: readonly Verdict[]): string {
  const start = `not matching nodes to run job out of ${verdicts.length} available nodes.`;
  return start + reasonLines(verdicts);
}

/** The same where all nodes fail for one reason; a text that is in this form already stays as it is. */
export function everyNodeRefuses(requested: number, available: number, reason: string): string {
  if (reason.startsWith(START)) return reason;
  const figures = `requested: ${requested}, available: ${available}, suitable: 0.`;
  return `${START}${figures}\n• ${available} of ${available} nodes: ${reason}`;
}

/** The figures of such a message, as its event carries them; none for other messages. */
export function shortageDetails(message: string): Readonly<Record<string, string>> {
  const [, matching] = /^not matching nodes to run job out of (\d+)/.exec(message) ?? [];
  if (matching !== undefined) return { NodesAvailable: matching };
  const figures = /^not enough nodes to run job\. requested: (\d+), available: (\d+), suitable: (\d+)/.exec(
    message,
  );
  if (figures === null) return {};
  const [, NodesRequested = '', NodesAvailable = '', NodesSuitable = ''] = figures;
  return { NodesRequested, NodesAvailable, NodesSuitable };
}
