import type { PullPage } from '$lib/api/sync';
import { CUSTOMERS, PRODUCTS } from '$lib/search';
import { Block, BlockError, encodeBlock, Serial, type BlockRef, type Change, type Copy, type CopyStore, type HeldCard, type NewBlock, type Row, type Stored } from '$lib/vault';
import { Collection } from './collection';
import type { CouponRow, CustomerRow, CycleRow, GradeRow, PairingRow, ProductRow, ProgrammeRow, RiskRow, StoreRow, TemplateRow, WordingRow } from './types';
import { uuid7 } from './uuid';

/** What other tabs are told after a change of the copy on the disk. */
export type CopyNews = { revision: number; copy: Copy; changes: Change[] } | { revision: number; replaced: true };

const ROWS_OF_A_BLOCK = 1000;
/** An overlay worth a folding while nobody asks for anything: so many rows and so much of all. */
const FOLD_QUIETLY = { rows: 500, share: 0.01 };
/** One that is folded at once. A server leaves up to 6 % of the rows to the pull after a snapshot (blocks.py). */
const FOLD_NOW = { rows: 4000, share: 0.08 };
/** The time of the last contact is written at least this often, even when nothing changed. */
const AS_OF_EVERY = 5 * 60_000;

/**
 * The tablet's copy of the server's rows: on the disk by the vault, in memory as searchable collections. The disk
 * changes first and memory afterwards; steps run one at a time.
 */
export class TabletCopy {
  readonly customers = new Collection<CustomerRow>(CUSTOMERS);
  readonly products = new Collection<ProductRow>(PRODUCTS);
  readonly stores = new Collection<StoreRow>(null);
  readonly wordings = new Collection<WordingRow>(null);
  readonly programme = new Collection<ProgrammeRow>(null);
  readonly coupons = new Collection<CouponRow>(null);
  readonly grades = new Collection<GradeRow>(null);
  readonly templates = new Collection<TemplateRow>(null);
  readonly risks = new Collection<RiskRow>(null);
  readonly cycles = new Collection<CycleRow>(null);
  readonly pairings = new Collection<PairingRow>(null);
  readonly #collections: Record<string, Collection<object>>;
  readonly #store: CopyStore;
  readonly #serial = new Serial();
  readonly #tell: (news: CopyNews) => void;
  #revision = 0;
  #copy: Copy | null = null;
  #asOf: string | null = null;
  #damaged = false;
  #held: HeldCard[] = [];

  constructor(store: CopyStore, tell: (news: CopyNews) => void) {
    this.#store = store;
    this.#tell = tell;
    const { customers, products, stores, wordings, programme, coupons, grades, templates, risks, cycles, pairings } = this;
    this.#collections = { customers, products, stores, wordings, programme, coupons, grades, templates, risks, cycles, pairings };
  }

  /** Where the copy stands, or null when there is none yet. */
  get copy(): Copy | null {
    return this.#copy;
  }

  get asOf(): string | null {
    return this.#asOf;
  }

  get rows(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.#collections).map(([name, { size }]) => [name, size]));
  }

  /** Whether rows of this collection are kept; a newer server may have others. */
  keeps(collection: string): boolean {
    return collection in this.#collections;
  }

  /** Reads what is on the disk into memory; false when there is no copy. */
  load(): Promise<boolean> {
    return this.#serial.run(() => this.#load());
  }

  async #load(): Promise<boolean> {
    const stored = await this.#read();
    if (stored === null) return false;
    this.#show(stored.copy, stored.blocks);
    this.#apply(stored.changes);
    this.#revision = stored.revision;
    this.#asOf = stored.copy.asOf;
    return true;
  }

  /** What is stored. A copy of which a part is missing or damaged is none: it is downloaded again. */
  async #read(): Promise<Stored | null> {
    try {
      return await this.#store.load();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#damaged = true;
      await this.#store.drop();
      return null;
    }
  }

  /** Whether the browser or the disk lost a part of the copy. */
  get damaged(): boolean {
    return this.#damaged;
  }

  #show(copy: Copy, blocks: { key: string; block: Block }[]): void {
    for (const [name, collection] of Object.entries(this.#collections)) {
      const own = blocks.filter(({ block }) => block.collection === name);
      collection.replace(own.map(({ key, block }) => collection.index(key, block)));
    }
    this.#copy = copy;
  }

  #apply(changes: readonly Change[]): void {
    for (const [name, collection] of Object.entries(this.#collections)) {
      const own = changes.filter((change) => change.collection === name);
      if (own.length > 0) collection.apply(own);
    }
  }

  /** Keys of blocks on the disk. */
  storedBlocks(): Promise<Set<string>> {
    return this.#store.storedBlocks();
  }

  /** A block that is stored: from memory where it is in use, otherwise from the disk. */
  async storedBlock({ key, collection }: BlockRef): Promise<Block> {
    return this.#collections[collection]?.blocks.get(key)?.block ?? (await this.#store.block(key));
  }

  keepBlock(block: NewBlock): Promise<void> {
    return this.#store.keepBlock(block);
  }

  /** Removes what an unfinished download left on the disk. */
  dropUnused(): Promise<void> {
    return this.#serial.run(() => this.#store.dropUnused(this.#copy));
  }

  /** Removes the rows from the disk: no room is left for new ones. Those in memory can be used until the tab closes. */
  drop(): Promise<void> {
    return this.#serial.run(async () => {
      await this.#store.drop();
      this.#revision = 0;
      this.#copy = null;
    });
  }

  /** Reads the cards that were found online; those of another day than `today` are let go. */
  async loadHeld(today: string): Promise<void> {
    await this.#serial.run(async () => {
      this.#held = await this.#store.held();
      await this.#holdOn(today);
    });
  }

  /** Keeps a card that was found online on `today`, the store's business day. */
  async hold(row: CustomerRow, today: string): Promise<void> {
    await this.#serial.run(async () => {
      const others = this.#held.filter((card) => card.row.id !== row.id && card.day === today);
      this.#held = [...others, { day: today, row: row as unknown as Row }];
      await this.#store.keepHeld(this.#held);
      this.customers.hold(this.#held.map((card) => card.row));
    });
  }

  /** Lets the cards of other days go. */
  async releaseHeld(today: string): Promise<void> {
    if (this.#held.some(({ day }) => day !== today)) await this.#serial.run(() => this.#holdOn(today));
  }

  async #holdOn(today: string): Promise<void> {
    const kept = this.#held.filter(({ day }) => day === today);
    if (kept.length < this.#held.length) await this.#store.keepHeld(kept);
    this.#held = kept;
    this.customers.hold(kept.map(({ row }) => row));
  }

  /** Makes the blocks ready to be searched, ahead of `install`: while others are still on their way. */
  prepare(key: string, block: Block): PreparedBlock {
    const collection = this.#collections[block.collection] as Collection<object>;
    return { collection: block.collection, indexed: collection.index(key, block) };
  }

  /** Puts a complete new snapshot in the place of everything there was. False when another tab was faster. */
  install(copy: Copy, prepared: readonly PreparedBlock[]): Promise<boolean> {
    return this.#serial.run(async () => {
      const revision = await this.#store.advance(this.#revision, { copy, replace: true });
      if (revision === null) {
        await this.#load();
        return false;
      }
      for (const [name, collection] of Object.entries(this.#collections)) {
        collection.replace(prepared.filter(({ collection: own }) => own === name).map(({ indexed }) => indexed));
      }
      this.#moved(revision, copy);
      this.#tell({ revision, replaced: true });
      return true;
    });
  }

  /** Takes a page that was pulled from `cursor`. Does nothing when the copy has moved on meanwhile. */
  advance(cursor: string, page: PullPage): Promise<void> {
    return this.#serial.run(async () => {
      const copy = this.#copy;
      if (copy?.cursor !== cursor) return;
      const changes = page.changes.filter(({ collection }) => this.keeps(collection)) as Change[];
      this.#asOf = page.server_time;
      const stale = copy.asOf === null || Date.parse(page.server_time) - Date.parse(copy.asOf) > AS_OF_EVERY;
      if (changes.length === 0 && page.cursor === cursor && !stale) return;
      const next = { ...copy, cursor: page.cursor, asOf: page.server_time };
      const revision = await this.#store.advance(this.#revision, { copy: next, changes });
      if (revision === null) {
        await this.#load();
        return;
      }
      this.#apply(changes);
      this.#moved(revision, next);
      this.#tell({ revision, copy: next, changes });
    });
  }

  /** Follows another tab's change. */
  follow(news: CopyNews): Promise<void> {
    return this.#serial.run(async () => {
      if (news.revision <= this.#revision) return;
      if ('replaced' in news || news.revision !== this.#revision + 1) {
        await this.#load();
        return;
      }
      this.#apply(news.changes);
      this.#moved(news.revision, news.copy);
    });
  }

  #moved(revision: number, copy: Copy): void {
    this.#revision = revision;
    this.#copy = copy;
    this.#asOf = copy.asOf ?? this.#asOf;
  }

  /** Changes in the overlay, all collections together. */
  get overlaid(): number {
    return Object.values(this.#collections).reduce((sum, { overlaid }) => sum + overlaid, 0);
  }

  /** Whether the overlay should be folded; what it costs grows with the rows, so what it takes does too. */
  get foldable(): 'no' | 'when_quiet' | 'now' {
    const { overlaid } = this;
    const rows = Object.values(this.rows).reduce((sum, size) => sum + size, 0);
    if (overlaid > Math.max(FOLD_NOW.rows, rows * FOLD_NOW.share)) return 'now';
    return overlaid >= Math.max(FOLD_QUIETLY.rows, rows * FOLD_QUIETLY.share) ? 'when_quiet' : 'no';
  }

  /** Writes the overlay into the blocks it concerns, and what stands in none of them into new ones. */
  fold(): Promise<void> {
    return this.#serial.run(async () => {
      const old = this.#copy;
      if (old === null || this.overlaid === 0) return;
      const dropped = new Set<string>();
      const made: NewBlock[] = [];
      for (const [name, collection] of Object.entries(this.#collections)) {
        for await (const block of foldedBlocks(name, collection, dropped)) made.push(block);
      }
      const refs = made.map(({ key, collection, rows }) => ({ key, collection, rows }));
      const copy = { ...old, blocks: [...old.blocks.filter(({ key }) => !dropped.has(key)), ...refs] };
      const revision = await this.#store.advance(this.#revision, { copy, blocks: made, replace: true });
      if (revision === null) {
        await this.#load();
        return;
      }
      const inUse = Object.values(this.#collections).flatMap(({ blocks }) => [...blocks].map(([key, { block }]) => ({ key, block })));
      const fresh = made.map(({ key, body }) => ({ key, block: new Block(body) }));
      this.#show(copy, [...inUse.filter(({ key }) => !dropped.has(key)), ...fresh]);
      this.#moved(revision, copy);
      this.#tell({ revision, replaced: true });
    });
  }
}

/** Errors that say that what is stored is not what was stored: a block gone, bytes that do not open. */
function isDamage(error: unknown): boolean {
  if (error instanceof BlockError || error instanceof SyntaxError || error instanceof TypeError) return true;
  return error instanceof DOMException && ['NotFoundError', 'OperationError', 'NotReadableError'].includes(error.name);
}

export interface PreparedBlock {
  collection: string;
  indexed: ReturnType<Collection<object>['index']>;
}

/** The blocks that take the place of those an overlay touches, whose keys go to `dropped`. Pauses between blocks. */
async function* foldedBlocks(name: string, collection: Collection<object>, dropped: Set<string>): AsyncGenerator<NewBlock> {
  const { touched, added } = collection.toFold();
  const fieldsOf = (rows: readonly Row[]) => Object.keys(rows[0] ?? { id: '' });
  const make = (fields: readonly string[], rows: Row[]): NewBlock => ({
    key: `local:${uuid7()}`,
    collection: name,
    rows: rows.length,
    body: encodeBlock(name, fields, rows),
  });
  for (const key of touched) {
    const block = collection.blocks.get(key)?.block;
    if (block === undefined) continue;
    dropped.add(key);
    const rows = collection.folded(block);
    if (rows.length > 0) yield make(withNew(block.fields, fieldsOf(rows)), rows);
    // A search that is asked for meanwhile goes first.
    await new Promise((resolve) => setTimeout(resolve));
  }
  for (let at = 0; at < added.length; at += ROWS_OF_A_BLOCK) {
    const rows = added.slice(at, at + ROWS_OF_A_BLOCK);
    yield make(fieldsOf(rows), rows);
  }
}

function withNew(fields: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...fields, ...more])];
}
