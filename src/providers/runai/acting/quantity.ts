const UNITS = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'];

/** Bytes as a Kubernetes quantity: exact, in the largest binary unit that divides them. */
export function byteQuantity(bytes: number): string {
  let [amount, unit] = [bytes, 0];
  while (amount > 0 && amount % 1024 === 0 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${String(amount)}${UNITS[unit] ?? ''}`;
}
