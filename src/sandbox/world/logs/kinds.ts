/** What a log looks like. `script` is a user's own command; the others are what the world's workloads print. */
export type LogKind =
  'script' | 'steps' | 'train' | 'align' | 'call' | 'render' | 'simulate' | 'service' | 'agent';
