/** GET /nodes, GET and PUT /nodes/{id}. */
import type { Exchange, Reply } from '../exchange.ts';
import type { Scope } from '../installation.ts';
import { bindError, nodeError, Refusal, unclassified } from '../wire/refusal.ts';
import { matchesSelector, parseSelector } from '../wire/selector.ts';
import { availableCapacity } from './capacity.ts';
import { nodeLabels } from './node-labels.ts';
import { viewNodeState } from './node-view.ts';
import type { RosterEntry } from './roster.ts';
import { rosterOf } from './roster.ts';

export function listNodes({ scope, query }: Exchange): Reply {
  const selector = parseSelector(query.all('labels'));
  const approval = query.text('filter-approval').toUpperCase();
  const status = query.text('filter-status').toUpperCase();
  const compare = ordering(scope, query.text('order_by'));
  const reverse = query.boolean('reverse');
  const limit = query.unsigned('limit');
  const nodes = rosterOf(scope)
    .filter((entry) => selector.length === 0 || matchesSelector(labelsOf(entry), selector))
    .filter((entry) => approval === '' || entry.membership === approval)
    .filter((entry) => status === '' || statusOf(entry) === status)
    .sort((a, b) => (reverse ? compare(b, a) : compare(a, b)))
    .slice(0, limit === 0 ? undefined : limit);
  return { body: { NextToken: '', Nodes: nodes.map((entry) => viewNodeState(scope, entry)) } };
}

export function getNode({ scope, parameters }: Exchange): Reply {
  return { body: { Node: viewNodeState(scope, findNode(scope, parameters['id'] ?? '')) } };
}

/** Approve, reject, delete. `Message` is accepted and unused; `NodeID` in the body is ignored. */
export function actOnNode(exchange: Exchange): Reply {
  const { scope, parameters } = exchange;
  const body = exchange.body();
  const action = body.string('Action');
  body.string('Message');
  try {
    act(scope, action, parameters['id'] ?? '');
    return { body: { Success: true } };
  } catch (error) {
    if (scope.release.nodeActionErrors || !(error instanceof Refusal)) throw error;
    return { body: { Success: false, Error: error.message } };
  }
}

function act(scope: Scope, action: string, id: string): void {
  if (action !== 'approve' && action !== 'reject' && action !== 'delete') throw unclassified();
  const { node, membership } = findNode(scope, id);
  const nodeId = node?.id ?? scope.orchestratorId;
  if (action === 'delete') {
    scope.membership.delete(nodeId, scope.nowMs);
    return;
  }
  const wanted = action === 'approve' ? 'APPROVED' : 'REJECTED';
  if (membership === wanted) {
    throw nodeError('ConflictNodeState', `node ${id} already ${wanted.toLowerCase()}`);
  }
  scope.membership.set(nodeId, wanted, scope.nowMs);
  // A rejected node is cut off: what ran there is lost, and nothing new is sent to it.
  if (node !== null) scope.site.setNodeUp(node.id, action === 'approve');
}

/** By prefix. A whole id that another id begins with is ambiguous, too. */
function findNode(scope: Scope, id: string): RosterEntry {
  const matches = rosterOf(scope).filter((entry) => entry.id.startsWith(id));
  const [only] = matches;
  if (only === undefined) throw nodeError('NotFound', `node not found: ${id}`);
  if (matches.length > 1) {
    const names = matches.slice(0, 3).map((entry) => entry.id);
    if (matches.length > 3) names.push('...');
    throw nodeError(
      'MultipleNodesFound',
      `multiple nodes found for prefix: ${id}, matching IDs: [${names.join(' ')}]`,
      'Give more of the node ID',
    );
  }
  return only;
}

function labelsOf(entry: RosterEntry): Readonly<Record<string, string>> {
  if (entry.node !== null) return nodeLabels(entry.node);
  return { name: entry.id, os_type: 'linux', os_arch: 'amd64' };
}

function statusOf(entry: RosterEntry): string {
  return entry.connected ? 'CONNECTED' : 'DISCONNECTED';
}

type Compare = (a: RosterEntry, b: RosterEntry) => number;

function ordering(scope: Scope, orderBy: string): Compare {
  const text =
    (key: (entry: RosterEntry) => string): Compare =>
    (a, b) =>
      key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
  const free =
    (amount: (entry: ReturnType<typeof availableCapacity>) => number): Compare =>
    (a, b) => {
      const of = ({ node, connected }: RosterEntry): number =>
        node === null || !connected ? 0 : amount(availableCapacity(scope.site, node));
      return of(b) - of(a);
    };
  switch (orderBy) {
    case '':
    case 'id':
      return text((entry) => entry.id);
    case 'type':
      return text((entry) => (entry.node === null ? 'Requester' : 'Compute'));
    case 'available_cpu':
      return free((amounts) => amounts.cpuMillis);
    case 'available_memory':
      return free((amounts) => amounts.memoryBytes);
    case 'available_disk':
      return free((amounts) => amounts.diskBytes);
    case 'available_gpu':
      return free((amounts) => amounts.gpus.length);
    case 'approval':
    case 'status':
      // "status" sorts by approval, too.
      return text((entry) => entry.membership);
    default:
      throw bindError('invalid order_by');
  }
}
