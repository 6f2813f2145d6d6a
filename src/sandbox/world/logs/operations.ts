import type { LogScript } from './script.ts';
import { err, loggerTime, out } from './script.ts';

/** Frames of a shot, tile by tile. */
export const render: LogScript = function* render(facts, random) {
  const { startedAt, runMs, spec, index } = facts;
  yield out(
    startedAt,
    `Blender 4.2.3 LTS (hash 0e22e4fcea03 built 2024-10-14), ${spec.env['PROJECT'] ?? 'project'}`,
  );
  yield err(startedAt + 300, 'Warning: 2 linked libraries are missing their proxies; using cached geometry');
  const frames = Math.max(2, Math.min(240, Math.round(runMs / 6500)));
  const first = 1001 + index * frames;
  const tiles = 4;
  for (let frame = 0; frame < frames; frame++) {
    const frameAt = startedAt + 500 + ((runMs - 1000) * frame) / frames;
    const frameMs = (runMs - 1000) / frames;
    for (let tile = 1; tile <= tiles; tile++) {
      const memory = (2200 + random.next() * 900).toFixed(2);
      yield out(
        frameAt + (frameMs * tile) / (tiles + 1),
        `Fra:${first + frame} Mem:${memory}M (Peak ${(Number(memory) + 310).toFixed(2)}M) | Rendered ${tile}/${tiles} Tiles, Sample ${tile * 64}/256`,
      );
    }
    yield out(
      frameAt + frameMs * 0.95,
      `Saved: '/outputs/${first + frame}.exr'  Time: 00:${(frameMs / 1000).toFixed(2).padStart(5, '0')}`,
    );
  }
};

const MODEL_ROUTES = [
  'GET /healthz',
  'POST /v1/completions',
  'POST /v1/chat/completions',
  'GET /metrics',
] as const;
const WEB_ROUTES = [
  'GET /healthz',
  'GET /api/tasks',
  'POST /api/annotations',
  'GET /projects/12/data',
] as const;

/** A web service: one line for each request, errors now and then. It never ends by itself. */
export const service: LogScript = function* service(facts, random) {
  const { startedAt } = facts;
  yield out(
    startedAt,
    `${loggerTime(startedAt)} INFO  starting ${facts.spec.command.join(' ').slice(0, 100)}`,
  );
  yield out(startedAt + 2400, `${loggerTime(startedAt + 2400)} INFO  listening on 0.0.0.0`);
  const end = startedAt + facts.runMs;
  const routes = facts.spec.image.includes('vllm') ? MODEL_ROUTES : WEB_ROUTES;
  for (let at = startedAt + 3000; at < end; at += 400 + random.exponential(5000)) {
    const failed = random.chance(0.012);
    const client = `10.${random.int(0, 40)}.${random.int(0, 255)}.${random.int(1, 254)}`;
    yield out(
      at,
      `${loggerTime(at)} INFO  ${client} "${random.pick(routes)}" ${failed ? 503 : 200} ${random.skewed(90, 0.6)} ms`,
    );
    if (failed) yield err(at + 2, `${loggerTime(at)} ERROR request aborted: queue is full (128 waiting)`);
  }
};

/** An agent on a node: a heartbeat now and then. */
export const agent: LogScript = function* agent(facts, random) {
  const { startedAt, nodeName, spec } = facts;
  const shipsLogs = spec.name.startsWith('log-');
  yield err(startedAt, `ts=${new Date(startedAt).toISOString()} level=info msg="starting" node=${nodeName}`);
  const end = startedAt + facts.runMs;
  for (let at = startedAt + 5000; at < end; at += 30_000 + random.int(0, 4000)) {
    const what = shipsLogs ? 'batch sent' : 'scrape done';
    const amount = `${shipsLogs ? 'entries' : 'series'}=${random.int(900, 1400)}`;
    yield err(
      at,
      `ts=${new Date(at).toISOString()} level=info msg="${what}" ${amount} duration=${random.int(20, 90)}ms`,
    );
  }
};
