/** Node pools: the machines of one class, told apart by a label. */
import type { SimNode, Site } from '../../world/types.ts';

export interface NodePool {
  /** A small number as text, as pools have had it since long. */
  readonly id: string;
  readonly name: string;
  readonly labelValue: string;
  readonly isDefault: boolean;
  readonly nodes: readonly SimNode[];
}

/** Machines without a class of accelerators are what the default pool is left with. */
const DEFAULT_POOL = 'default';

function poolNameOf(node: SimNode): string {
  return node.gpus.length === 0 ? DEFAULT_POOL : (node.labels['class'] ?? DEFAULT_POOL);
}

const cache = new WeakMap<Site, readonly NodePool[]>();

/** The pools of a site; their ids follow from the order of the machines, which are there for good. */
export function poolsOf(site: Site): readonly NodePool[] {
  const known = cache.get(site) ?? readPools(site);
  cache.set(site, known);
  return known;
}

function readPools(site: Site): readonly NodePool[] {
  const nodes = [...site.nodes.values()];
  const names = [...new Set([DEFAULT_POOL, ...nodes.map(poolNameOf)])];
  return names.map((name, index) => ({
    id: String(index + 1),
    name,
    labelValue: name === DEFAULT_POOL ? '' : name,
    isDefault: name === DEFAULT_POOL,
    nodes: nodes.filter((node) => poolNameOf(node) === name),
  }));
}

/** The name of a node's pool. */
export function poolOf(node: SimNode): string {
  return poolNameOf(node);
}
