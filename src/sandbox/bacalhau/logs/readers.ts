/**
 * Who is served by the log reader of which compute node. A node streams one log at a time (seen on 1.9.3): every other
 * request for a log of that node, of whatever job, waits in silence until the stream before it is over. A client that
 * leaves does not end its stream; the log itself does. Nodes do not wait for each other.
 */

/** One request's place in a node's line. */
export interface Turn {
  /** True once it is this request's turn; from then on the node is taken until `isOver` says otherwise. */
  begin(isOver: () => boolean): boolean;
  /** Leaves the line. What has begun goes on. */
  leave(): void;
}

export interface LogReaders {
  /** Gets in line at a node. */
  lineUp(nodeId: string): Turn;
}

interface Line {
  readonly waiting: Turn[];
  isFree: () => boolean;
}

/** Without `onePerNode` it is always everybody's turn. */
export function createLogReaders(onePerNode: boolean): LogReaders {
  const lines = new Map<string, Line>();
  return {
    lineUp(nodeId) {
      if (!onePerNode) return { begin: () => true, leave: () => undefined };
      const line = lines.get(nodeId) ?? { waiting: [], isFree: () => true };
      lines.set(nodeId, line);
      const turn: Turn = {
        begin(isOver) {
          if (line.waiting[0] !== turn || !line.isFree()) return false;
          line.waiting.shift();
          line.isFree = isOver;
          return true;
        },
        leave() {
          const at = line.waiting.indexOf(turn);
          if (at >= 0) line.waiting.splice(at, 1);
        },
      };
      line.waiting.push(turn);
      return turn;
    },
  };
}
