import type { LogScript } from './script.ts';
import { err, lineCount, out } from './script.ts';

/** A training run: epochs, a falling loss, checkpoints. */
export const train: LogScript = function* train(facts, random) {
  const { startedAt, runMs, spec } = facts;
  const device = facts.gpuModel === null ? 'cpu' : `cuda (${Math.max(1, spec.gpus)} x ${facts.gpuModel})`;
  yield out(startedAt, `host ${facts.nodeName} rank ${facts.index}/${spec.count} device ${device}`);
  yield err(
    startedAt + runMs * 0.004,
    '/opt/conda/lib/python3.11/site-packages/torch/utils/data/dataloader.py:617: UserWarning: This DataLoader will create 12 worker processes in total.',
  );
  const samples = random.int(40, 1280) * 1000;
  yield out(startedAt + runMs * 0.01, `dataset: ${samples} samples, 3.2% held out for validation`);

  const epochs = 30;
  const steps = Math.round(samples / 128);
  const prints = Math.max(2, Math.round(lineCount(runMs, 2500) / epochs));
  const start = random.next() * 1.5 + 4;
  const floor = random.next() * 0.6 + 0.5;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const epochAt = startedAt + runMs * (0.02 + (0.97 * (epoch - 1)) / epochs);
    const epochMs = (runMs * 0.97) / epochs;
    let loss = start;
    for (let print = 1; print <= prints; print++) {
      const done = (epoch - 1 + print / prints) / epochs;
      loss = floor + (start - floor) * Math.exp(-4 * done) + (random.next() - 0.5) * 0.12;
      const rate = 0.001 * 0.5 * (1 + Math.cos(Math.PI * done));
      const speed = (steps / (epochMs / 1000)) * (0.94 + random.next() * 0.1);
      yield out(
        epochAt + (epochMs * print) / (prints + 1),
        `epoch ${epoch}/${epochs} step ${Math.round((steps * print) / prints)}/${steps} loss ${loss.toFixed(4)} lr ${rate.toExponential(2)} ${speed.toFixed(1)} it/s`,
      );
    }
    const accuracy = 92 * (1 - Math.exp(-3.2 * (epoch / epochs))) - random.next();
    yield out(
      epochAt + epochMs * 0.97,
      `epoch ${epoch}/${epochs} done: val_loss ${(loss * 1.06).toFixed(4)} acc@1 ${accuracy.toFixed(2)} acc@5 ${Math.min(99.6, accuracy + 7.4).toFixed(2)}`,
    );
    if (epoch % 5 === 0) yield out(epochAt + epochMs * 0.99, `saved checkpoint /outputs/ckpt-${epoch}.pt`);
  }
};
