import { marks, search, Segment, type IndexSpec, type Mark } from '$lib/search';
import type { Block, Change, Row } from '$lib/vault';

interface Indexed {
  key: string;
  block: Block;
  segment: Segment;
}

export interface CollectionHit<R> {
  row: R;
  marks: Mark[];
}

const NOTHING_SEARCHED: IndexSpec = { fields: [], recency: null };

/** A few rows as objects with their own segment: what is newer than the blocks. */
class Layer {
  readonly rows = new Map<string, Row>();
  readonly #spec: IndexSpec;
  #order: Row[] = [];
  #segment: Segment | null = null;

  constructor(spec: IndexSpec) {
    this.#spec = spec;
  }

  set(id: string, row: Row | null): void {
    if (row === null) this.rows.delete(id);
    else this.rows.set(id, row);
    this.#segment = null;
  }

  clear(): void {
    this.rows.clear();
    this.#segment = null;
  }

  /** Made anew after changes: some hundred rows take a millisecond or two. */
  get segment(): Segment {
    if (this.#segment === null) {
      this.#order = [...this.rows.values()];
      const rows = this.#order;
      this.#segment = new Segment(this.#spec, rows.length, (field) => rows.map((row) => row[field] ?? null));
    }
    return this.#segment;
  }

  row(row: number): Row {
    return this.#order[row] as Row;
  }
}

/**
 * One collection in memory: blocks as bytes with their search segments, over them the overlay of newer rows, over that
 * the rows with pending edits. Each row is found once, in its newest form.
 */
export class Collection<R extends object> {
  readonly #spec: IndexSpec;
  readonly #blocks = new Map<string, Indexed>();
  readonly #newer: Layer;
  readonly #shown: Layer;
  /** Rows that are in no block and no overlay: looked up at the server, and kept beside the copy. */
  readonly #held: Layer;
  /** Ids that the server took away since the blocks were made. */
  readonly #gone = new Set<string>();

  constructor(spec: IndexSpec | null) {
    this.#spec = spec ?? NOTHING_SEARCHED;
    this.#newer = new Layer(this.#spec);
    this.#shown = new Layer(this.#spec);
    this.#held = new Layer(this.#spec);
  }

  /** Changes that are not in the blocks yet. */
  get overlaid(): number {
    return this.#newer.rows.size + this.#gone.size;
  }

  get blocks(): ReadonlyMap<string, { block: Block }> {
    return this.#blocks;
  }

  get size(): number {
    let rows = 0;
    for (const { segment } of this.#blocks.values()) {
      rows += segment.rows - segment.dead.reduce((dead, each) => dead + each, 0);
    }
    const onlyShown = [...this.#shown.rows.keys()].filter((id) => !this.#newer.rows.has(id)).length;
    return rows + this.#newer.rows.size + onlyShown;
  }

  /** Indexes blocks without showing them: the slow part of a new snapshot, done as its blocks arrive. */
  index(key: string, block: Block): Indexed {
    const present = this.#blocks.get(key);
    return present ?? { key, block, segment: new Segment(this.#spec, block.rows, (field) => block.column(field) ?? nulls(block.rows)) };
  }

  /** Replaces everything that came from the server. Rows with pending edits stay until they are shown anew. */
  replace(blocks: Indexed[]): void {
    this.#blocks.clear();
    this.#newer.clear();
    this.#gone.clear();
    for (const each of blocks) {
      each.segment.dead.fill(0);
      this.#blocks.set(each.key, each);
    }
    for (const id of this.#shown.rows.keys()) this.#hide(id);
  }

  apply(changes: Iterable<Change>): void {
    for (const change of changes) {
      if (change.op === 'put') {
        this.#newer.set(change.id, change.row);
        this.#gone.delete(change.id);
      } else {
        this.#newer.set(change.id, null);
        this.#gone.add(change.id);
      }
      this.#hide(change.id);
    }
    // Building the small segment now keeps it off the next key press.
    void this.#newer.segment;
  }

  /** Shows a row with pending edits in place of the server's; null shows the server's again. */
  show(id: string, row: R | null): void {
    this.#shown.set(id, row as Row | null);
    this.#hide(id);
  }

  /** Marks the older forms of a row dead, and a form that is the newest again alive. */
  #hide(id: string): void {
    const shown = this.#shown.rows.has(id);
    const newer = this.#newer.rows.has(id);
    for (const { block, segment } of this.#blocks.values()) {
      const row = block.find(id);
      if (row >= 0) segment.dead[row] = shown || newer || this.#gone.has(id) ? 1 : 0;
    }
  }

  /** Lays rows beside the copy, in the place of those that lay there. One of the copy always comes first. */
  hold(rows: readonly Row[]): void {
    this.#held.clear();
    for (const row of rows) this.#held.set(row.id, { ...row, held: true });
  }

  /** The server's row, or null. */
  base(id: string): R | null {
    return this.#copied(id) ?? (this.#held.rows.get(id) as R | undefined) ?? null;
  }

  /** The copy's own row, or null. */
  #copied(id: string): R | null {
    const newer = this.#newer.rows.get(id);
    if (newer !== undefined) return newer as R;
    if (this.#gone.has(id)) return null;
    for (const { block } of this.#blocks.values()) {
      const row = block.find(id);
      if (row >= 0) return block.row(row) as unknown as R;
    }
    return null;
  }

  /** The row as it is shown, or null. */
  get(id: string): R | null {
    return (this.#shown.rows.get(id) as R | undefined) ?? this.base(id);
  }

  /** The row whose unique `field` is `value`, as it is shown; or null. */
  by(field: string, value: string): R | null {
    for (const layer of [this.#shown, this.#newer]) {
      for (const [id, row] of layer.rows) if (row[field] === value) return this.get(id);
    }
    for (const { block, segment } of this.#blocks.values()) {
      const row = block.find(value, field);
      if (row >= 0 && segment.dead[row] === 0) return block.row(row) as unknown as R;
    }
    return null;
  }

  *all(): Iterable<R> {
    for (const { block, segment } of this.#blocks.values()) {
      for (let row = 0; row < block.rows; row++) if (segment.dead[row] === 0) yield block.row(row) as unknown as R;
    }
    for (const [id, row] of this.#newer.rows) if (!this.#shown.rows.has(id)) yield row as R;
    for (const row of this.#shown.rows.values()) yield row as R;
  }

  /**
   * Some fields of every row as it is shown, and the whole row for whoever asks. A block's columns are parsed at once, so
   * that a look at all of 75,000 rows costs tens of milliseconds.
   */
  *scan(fields: readonly string[]): Iterable<{ values: unknown[]; read: () => R }> {
    for (const { block, segment } of this.#blocks.values()) {
      const columns = fields.map((field) => block.column(field) ?? nulls(block.rows));
      for (let row = 0; row < block.rows; row++) {
        if (segment.dead[row] !== 0) continue;
        yield { values: columns.map((column) => column[row]), read: () => block.row(row) as unknown as R };
      }
    }
    const newer = [...this.#newer.rows].filter(([id]) => !this.#shown.rows.has(id)).map(([, row]) => row);
    for (const row of [...newer, ...this.#shown.rows.values()]) {
      yield { values: fields.map((field) => row[field] ?? null), read: () => row as R };
    }
  }

  search(query: string, limit: number): { hits: CollectionHit<R>[]; total: number } {
    this.#hideOverlaid();
    const sources = [
      ...[...this.#blocks.values()].map(({ segment, block }) => ({ segment, read: (row: number) => block.row(row) })),
      { segment: this.#newer.segment, read: (row: number) => this.#newer.row(row) },
      { segment: this.#shown.segment, read: (row: number) => this.#shown.row(row) },
      { segment: this.#held.segment, read: (row: number) => this.#held.row(row) },
    ];
    const { places, terms, total } = search(this.#spec, sources, query, limit);
    const hits = places.map(({ source, row }) => {
      const found = source.read(row);
      return { row: found as unknown as R, marks: marks(this.#spec, found, terms) };
    });
    return { hits, total };
  }

  /** Rows of the overlay that are shown with pending edits are dead there, as are held ones that the copy has. */
  #hideOverlaid(): void {
    const held = this.#held.segment;
    for (let row = 0; row < held.rows; row++) {
      const { id } = this.#held.row(row);
      held.dead[row] = this.#shown.rows.has(id) || this.#copied(id) !== null ? 1 : 0;
    }
    if (this.#shown.rows.size === 0 && this.#newer.rows.size === 0) return;
    const { segment } = this.#newer;
    for (let row = 0; row < segment.rows; row++) segment.dead[row] = this.#shown.rows.has(this.#newer.row(row).id) ? 1 : 0;
  }

  /** The rows of a block as they now stand, the overlay laid over them; for folding. */
  folded(block: Block): Row[] {
    const rows: Row[] = [];
    for (let row = 0; row < block.rows; row++) {
      const old = block.row(row);
      if (!this.#gone.has(old.id)) rows.push(this.#newer.rows.get(old.id) ?? old);
    }
    return rows;
  }

  /** Keys of the blocks that the overlay changes, and its rows that stand in no block. */
  toFold(): { touched: string[]; added: Row[] } {
    const touched = new Set<string>();
    const added: Row[] = [];
    const keyOf = (id: string) => [...this.#blocks.values()].find(({ block }) => block.find(id) >= 0)?.key;
    for (const [id, row] of this.#newer.rows) {
      const key = keyOf(id);
      if (key === undefined) added.push(row);
      else touched.add(key);
    }
    for (const id of this.#gone) {
      const key = keyOf(id);
      if (key !== undefined) touched.add(key);
    }
    return { touched: [...touched], added };
  }
}

function nulls(length: number): null[] {
  return new Array<null>(length).fill(null);
}
