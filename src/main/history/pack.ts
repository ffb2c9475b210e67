import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** A column of whole numbers, NaN for none; `id` says what it is. */
export interface PackedColumn {
  readonly id: number;
  readonly values: Float64Array;
}

const version = 1;
/** More than any chunk has; a damaged one is not unpacked without end. */
const mostBytes = 16 * 1024 * 1024;
const mostRows = 100_000;

/**
 * Columns of the same length as a compact blob: each value as its difference from the one before (zigzag, LEB128; 0 stands for none), column after
 * column, deflated. Whole numbers up to 2^47 come back exactly.
 */
export function pack(rows: number, columns: readonly PackedColumn[]): Uint8Array {
  const out = new Writer();
  out.varint(version);
  out.varint(rows);
  out.varint(columns.length);
  for (const { id, values } of columns) {
    const column = new Writer();
    let before = 0;
    for (let row = 0; row < rows; row += 1) {
      const value = values[row] ?? Number.NaN;
      if (Number.isNaN(value)) {
        column.varint(0);
        continue;
      }
      const difference = value - before;
      column.varint((difference >= 0 ? difference * 2 : -difference * 2 - 1) + 1);
      before = value;
    }
    const bytes = column.bytes();
    out.varint(id);
    out.varint(bytes.length);
    out.append(bytes);
  }
  return deflateRawSync(out.bytes());
}

/** What `pack` made: the number of rows, and the columns that `wanted` takes. @throws Error when the blob is damaged */
export function unpack(blob: Uint8Array, wanted: (id: number) => boolean): { rows: number; columns: Map<number, Float64Array> } {
  const bytes = inflateRawSync(blob, { maxOutputLength: mostBytes });
  const reader = new Reader(bytes);
  if (reader.varint() !== version) throw new Error('a chunk of another version');
  const rows = reader.varint();
  if (rows > mostRows) throw new Error('a chunk with too many rows');
  const columns = new Map<number, Float64Array>();
  for (let left = reader.varint(); left > 0; left -= 1) {
    const id = reader.varint();
    const end = reader.varint() + reader.at;
    if (wanted(id)) columns.set(id, readColumn(reader, rows));
    reader.at = end;
  }
  return { rows, columns };
}

function readColumn(reader: Reader, rows: number): Float64Array {
  const values = new Float64Array(rows);
  let before = 0;
  for (let row = 0; row < rows; row += 1) {
    const token = reader.varint();
    if (token === 0) {
      values[row] = Number.NaN;
      continue;
    }
    const zigzag = token - 1;
    before += zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    values[row] = before;
  }
  return values;
}

class Writer {
  #bytes = new Uint8Array(512);
  #length = 0;

  varint(value: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow(8);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  append(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(room: number): void {
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + room));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; factor < 2 ** 56; factor *= 0x80) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new Error('a damaged chunk');
  }
}
