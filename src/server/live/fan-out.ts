import { getOperationAST, type ExecutionArgs } from 'graphql';
import { Channel } from './channel.ts';
import type { Beating } from './heartbeat.ts';
import type { LiveSource, Viewer } from './live-operation.ts';
import { shareKey } from './share-key.ts';

export interface FanOutDeps {
  /** A fresh context for executing one event on behalf of a viewer: its own loaders, deadline and budget. */
  readonly contextFor: (viewer: Viewer, signal: AbortSignal) => unknown;
  readonly onFault: (fault: unknown) => void;
}

/** A reader's place in a channel. */
export interface Seat {
  readonly channel: Channel;
  /** Idempotent. */
  leave(): void;
}

/** The channels there are. One lives as long as it has readers. */
export class FanOut implements Beating {
  readonly #deps: FanOutDeps;
  readonly #channels = new Map<string, Channel>();

  constructor(deps: FanOutDeps) {
    this.#deps = deps;
  }

  get channels(): number {
    return this.#channels.size;
  }

  /** Encodings that are kept for readers who are behind, in all channels. */
  get kept(): number {
    let kept = 0;
    for (const channel of this.#channels.values()) kept += channel.kept;
    return kept;
  }

  join(args: ExecutionArgs, source: LiveSource, viewer: Viewer): Seat {
    const { schema, document, operationName, variableValues } = args;
    const operation = getOperationAST(document, operationName);
    if (operation == null) throw new TypeError('a subscription that was resolved has an operation');
    const sharing = { document, operation, variables: variableValues, sourceKey: source.shareKey };
    const key = shareKey({ ...sharing, scope: viewer.scope });
    let channel = this.#channels.get(key);
    if (channel === undefined) {
      const { contextFor, onFault } = this.#deps;
      channel = new Channel(
        { schema, document, operationName, variableValues, source },
        { contextFor: (signal) => contextFor(viewer, signal), onFault },
      );
      this.#channels.set(key, channel);
    }
    return this.#seat(key, channel);
  }

  beat(now: number): void {
    for (const channel of this.#channels.values()) channel.forget(now);
  }

  #seat(key: string, channel: Channel): Seat {
    channel.readers += 1;
    let seated = true;
    return {
      channel,
      leave: () => {
        if (!seated) return;
        seated = false;
        channel.readers -= 1;
        if (channel.readers > 0) return;
        channel.close();
        this.#channels.delete(key);
      },
    };
  }
}
