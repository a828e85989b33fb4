// A block as the server sends it — {"collection", "fields", "columns"} — kept as its bytes and read cell by cell: a
// parsed row costs the heap several times what its bytes do, and a screen shows twenty of 75,000.

export type Row = Record<string, unknown> & { id: string };

const decoder = new TextDecoder();
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN = 0x5b;
const OPEN_OBJECT = 0x7b;
const CLOSE = 0x5d;
const CLOSE_OBJECT = 0x7d;

/** Where the cells of a row are laid side by side. */
let side = new Uint8Array(4096);

function larger(bytes: Uint8Array<ArrayBuffer>, least: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(Math.max(least, bytes.length * 2));
  grown.set(bytes);
  return grown;
}

export class BlockError extends Error {
  override readonly name = 'BlockError';
}

export class Block {
  readonly collection: string;
  readonly fields: readonly string[];
  readonly rows: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each field's first cell begins. */
  readonly #columns: Uint32Array;
  /** For each field in turn: how far behind its first cell each begins, and behind them the next would. */
  readonly #cells: Uint16Array | Uint32Array;
  readonly #tables = new Map<string, ValueTable>();

  /** Reads the outline of a block's body. Throws BlockError when it is none. */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    const { collection, fields, columnsAt } = readHead(bytes);
    this.bytes = bytes;
    this.collection = collection;
    this.fields = fields;
    const cells = outline(bytes, columnsAt, fields.length);
    const each = cells.length / fields.length;
    // An empty column looks like one with a single cell of no bytes.
    this.rows = each === 2 && cells[1] === (cells[0] as number) + 1 ? 0 : each - 1;
    this.#columns = Uint32Array.from(fields, (_, index) => cells[index * each] as number);
    this.#cells = fromFirst(cells, each);
  }

  /** All values of a field, in row order; undefined of a field that the block does not have. */
  column(field: string): unknown[] | undefined {
    const index = this.fields.indexOf(field);
    if (index < 0) return undefined;
    const start = this.#start(index, 0);
    const end = this.#start(index, this.rows) - 1;
    return JSON.parse(`[${decoder.decode(this.bytes.subarray(start, end))}]`) as unknown[];
  }

  cell(index: number, row: number): unknown {
    return JSON.parse(decoder.decode(this.bytes.subarray(this.#start(index, row), this.#start(index, row + 1) - 1)));
  }

  /** Where a cell begins, or behind the last one where the next would. */
  #start(index: number, row: number): number {
    return (this.#columns[index] as number) + (this.#cells[index * (this.rows + 1) + row] as number);
  }

  row(row: number): Row {
    const values = this.#valuesOf(row);
    return Object.fromEntries(this.fields.map((field, index) => [field, values[index]])) as Row;
  }

  /** The cells of a row, laid side by side and then read at once: reading each alone costs several times as much. */
  #valuesOf(row: number): unknown[] {
    let at = 1;
    for (let index = 0; index < this.fields.length; index++) {
      const bytes = this.bytes.subarray(this.#start(index, row), this.#start(index, row + 1) - 1);
      if (at + bytes.length + 1 > side.length) side = larger(side, at + bytes.length + 1);
      side.set(bytes, at);
      at += bytes.length;
      side[at++] = COMMA;
    }
    side[0] = OPEN;
    side[at - 1] = CLOSE;
    return JSON.parse(decoder.decode(side.subarray(0, at))) as unknown[];
  }

  /** The number of the row whose `field`, unique in the collection, is `value`; or -1. */
  find(value: string, field = 'id'): number {
    const index = this.fields.indexOf(field);
    if (index < 0) return -1;
    let table = this.#tables.get(field);
    if (table === undefined) {
      table = new ValueTable(this.column(field) as string[]);
      this.#tables.set(field, table);
    }
    return table.find(value, (row) => this.cell(index, row) === value);
  }
}

/** The body of a block with these rows; the inverse of reading one. */
export function encodeBlock(collection: string, fields: readonly string[], rows: readonly Row[]): Uint8Array<ArrayBuffer> {
  const columns = fields.map((field) => rows.map((row) => row[field] ?? null));
  return new TextEncoder().encode(JSON.stringify({ collection, fields, columns }));
}

function readHead(bytes: Uint8Array): { collection: string; fields: string[]; columnsAt: number } {
  // The columns are the last and by far the largest member; what stands before them is small JSON.
  const head = decoder.decode(bytes.subarray(0, 4096));
  const marker = /"columns"\s*:\s*\[/.exec(head);
  if (marker === null) throw new BlockError('no columns');
  const { collection, fields } = JSON.parse(`${head.slice(0, marker.index)}"columns":[]}`) as Record<string, unknown>;
  if (typeof collection !== 'string' || !Array.isArray(fields)) throw new BlockError('no collection or fields');
  const columnsAt = new TextEncoder().encode(head.slice(0, marker.index + marker[0].length)).length;
  return { collection, fields: fields as string[], columnsAt };
}

/** Where every cell of every column begins. One pass over the bytes; nothing is parsed. */
function outline(bytes: Uint8Array, columnsAt: number, fields: number): number[] {
  const cells: number[] = [];
  let depth = 0;
  let at = columnsAt;
  for (const end = bytes.length; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      at = stringEnd(bytes, at + 1);
    } else if (byte === COMMA) {
      if (depth === 1) cells.push(at + 1);
    } else if (byte === OPEN || byte === OPEN_OBJECT) {
      if (++depth === 1) cells.push(at + 1);
    } else if (byte === CLOSE || byte === CLOSE_OBJECT) {
      if (--depth < 0) break;
      if (depth === 0) cells.push(at + 1);
    }
  }
  if (depth >= 0 || fields === 0 || cells.length % fields !== 0) throw new BlockError('columns of different length');
  return cells;
}

/** How far each of `cells` lies behind the first of its column, `each` to a column: half the memory where that suffices. */
function fromFirst(cells: readonly number[], each: number): Uint16Array | Uint32Array {
  const behind = new Uint32Array(cells.length);
  let first = 0;
  let farthest = 0;
  for (let cell = 0; cell < cells.length; cell++) {
    const at = cells[cell] as number;
    if (cell % each === 0) first = at;
    behind[cell] = at - first;
    farthest = Math.max(farthest, at - first);
  }
  return farthest > 0xffff ? behind : Uint16Array.from(behind);
}

function stringEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] !== QUOTE && at < bytes.length) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

/** An open-addressing table from the hash of a value to row + 1; 0 is empty. The values themselves stay in the bytes. */
class ValueTable {
  readonly #slots: Int32Array;
  readonly #first: string;
  readonly #last: string;

  constructor(values: string[]) {
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(values.length * 2 + 1)));
    const mask = this.#slots.length - 1;
    let first = values[0] ?? '';
    let last = first;
    values.forEach((value, row) => {
      let slot = hash(value) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = row + 1;
      if (value < first) first = value;
      if (value > last) last = value;
    });
    this.#first = first;
    this.#last = last;
  }

  find(value: string, is: (row: number) => boolean): number {
    // The server's blocks are ranges of ids: most of them can be ruled out at once.
    if (value < this.#first || value > this.#last) return -1;
    const mask = this.#slots.length - 1;
    for (let slot = hash(value) & mask; ; slot = (slot + 1) & mask) {
      const row = (this.#slots[slot] as number) - 1;
      if (row < 0 || is(row)) return row;
    }
  }
}

/** FNV-1a over UTF-16 units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
