/** The largest text of one item: what a reader takes in one go, and what is dropped in one go. */
const MAX_PIECE_BYTES = 16 * 1024;

/** Cuts a text into pieces that do not end within a character, behind a newline where there is one. */
export function piecesOf(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  let from = 0;
  while (bytes.length - from > MAX_PIECE_BYTES) {
    const newline = bytes.lastIndexOf(0x0a, from + MAX_PIECE_BYTES - 1);
    let to = newline >= from ? newline + 1 : from + MAX_PIECE_BYTES;
    // Continuation bytes of UTF-8 belong to the byte before them.
    while (to > from + MAX_PIECE_BYTES - 4 && (bytes[to]! & 0xc0) === 0x80) to -= 1;
    pieces.push(bytes.subarray(from, to));
    from = to;
  }
  pieces.push(bytes.subarray(from));
  return pieces;
}
