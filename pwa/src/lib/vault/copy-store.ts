import { Block, type Row } from './block';
import { pack, unpack } from './bytes';
import { openJson, sealJson, type Cipher } from './cipher';
import { committed, type Database } from './database';

export interface BlockRef {
  /** Hash of the body as the server sent it, or `local:…`. */
  key: string;
  collection: string;
  rows: number;
}

/** Which rows the tablet holds and how far along the server's changes they are. */
export interface Copy {
  epoch: string;
  schema: number;
  scope: string;
  cursor: string;
  /** Time of the server at the last change, RFC 3339; null after a bare snapshot. */
  asOf: string | null;
  /** Schema that the app itself spoke when it took the snapshot: a newer app takes another. */
  readBy?: number;
  blocks: BlockRef[];
}

export type Change =
  | { collection: string; id: string; op: 'put'; row: Row }
  | { collection: string; id: string; op: 'delete' | 'remove' };

export interface NewBlock extends BlockRef {
  body: Uint8Array<ArrayBuffer>;
  /** The body as gzip, where it came like that: packing it again is spared. */
  packed?: Uint8Array<ArrayBuffer>;
}

/** A card that was found online. It is shown on the store's business day `day`, ISO. */
export interface HeldCard {
  day: string;
  row: Row;
}

export interface Stored {
  revision: number;
  copy: Copy;
  blocks: { key: string; block: Block }[];
  changes: Change[];
}

/** One step of the copy. Rows and cursor always change together, in one transaction. */
export interface Step {
  copy: Copy;
  /** Changes that go behind those in the overlay. */
  changes?: Change[];
  /** New blocks. */
  blocks?: NewBlock[];
  /** The overlay is emptied and blocks that `copy` does not name are destroyed: a new snapshot, or after folding. */
  replace?: boolean;
}

const COPY = 'copy';
const HELD = 'held';
const copyLabel = (revision: number) => `copy:${revision}`;
const pageLabel = (revision: number) => `page:${revision}`;
const blockLabel = (key: string) => `block:${key}`;

/** The rows on the disk: blocks and the overlay of newer changes. */
export class CopyStore {
  readonly #database: Database;
  readonly #cipher: Cipher;

  constructor(database: Database, cipher: Cipher) {
    this.#database = database;
    this.#cipher = cipher;
  }

  /** Everything that is stored, or null when no copy was ever completed. NotFoundError when a part of it is missing. */
  async load(): Promise<Stored | null> {
    const read = this.#database.transaction(['copy', 'blocks', 'pages'], 'readonly');
    const [record, keys, bodies, revisions, pages] = await Promise.all([
      read.objectStore('copy').get(COPY),
      read.objectStore('blocks').getAllKeys(),
      read.objectStore('blocks').getAll(),
      read.objectStore('pages').getAllKeys(),
      read.objectStore('pages').getAll(),
    ]);
    if (record === undefined) return null;
    const { revision } = record;
    const copy = await openJson<Copy>(this.#cipher, record.sealed, copyLabel(revision));
    const stored = new Map(keys.map((key, i) => [key, bodies[i]]));
    const blocks = await Promise.all(copy.blocks.map(({ key }) => this.#openBlock(key, stored.get(key))));
    const changes = await Promise.all(
      pages.map((page, i) => openJson<Change[]>(this.#cipher, page, pageLabel(revisions[i] as number))),
    );
    return { revision, copy, blocks, changes: changes.flat() };
  }

  async #openBlock(key: string, sealed: Uint8Array<ArrayBuffer> | undefined): Promise<{ key: string; block: Block }> {
    if (sealed === undefined) throw new DOMException(`block ${key} is gone`, 'NotFoundError');
    return { key, block: new Block(await unpack(await this.#cipher.open(sealed, blockLabel(key)))) };
  }

  async #sealBlock({ key, body, packed }: NewBlock): Promise<Uint8Array<ArrayBuffer>> {
    return this.#cipher.seal(packed ?? (await pack(body)), blockLabel(key));
  }

  /** The revision on the disk; 0 when there is no copy. */
  async revision(): Promise<number> {
    return (await this.#database.get('copy', COPY))?.revision ?? 0;
  }

  /** Keys of the blocks that are stored already, whether or not a copy names them. */
  async storedBlocks(): Promise<Set<string>> {
    return new Set(await this.#database.getAllKeys('blocks'));
  }

  /** One stored block. */
  async block(key: string): Promise<Block> {
    return (await this.#openBlock(key, await this.#database.get('blocks', key))).block;
  }

  /** Keeps a block ahead of the copy that will name it, so that a download that broke off goes on where it stopped. */
  async keepBlock(block: NewBlock): Promise<void> {
    const sealed = await this.#sealBlock(block);
    const write = this.#database.transaction('blocks', 'readwrite', { durability: 'relaxed' });
    await committed(write, [write.store.put(sealed, block.key)]);
  }

  /**
   * Takes one step from `revision`; the new revision, or null when another tab was faster: nothing is changed then.
   */
  async advance(revision: number, step: Step): Promise<number | null> {
    // WebCrypto cannot be awaited inside a transaction: it would end. All sealing comes first.
    const next = revision + 1;
    const copy = await sealJson(this.#cipher, step.copy, copyLabel(next));
    const page = step.changes?.length ? await sealJson(this.#cipher, step.changes, pageLabel(next)) : null;
    const blocks = await Promise.all(
      (step.blocks ?? []).map(async (block) => ({ key: block.key, sealed: await this.#sealBlock(block) })),
    );
    const stores = ['copy', 'pages', 'blocks'] as const;
    const write = this.#database.transaction(stores, 'readwrite', { durability: step.replace ? 'strict' : 'relaxed' });
    const current = (await write.objectStore('copy').get(COPY))?.revision ?? 0;
    if (current !== revision) {
      await write.done;
      return null;
    }
    const present = step.replace ? await write.objectStore('blocks').getAllKeys() : [];
    const kept = new Set(step.copy.blocks.map(({ key }) => key));
    const puts: Promise<unknown>[] = [];
    if (step.replace) puts.push(write.objectStore('pages').clear());
    if (page !== null) puts.push(write.objectStore('pages').put(page, next));
    for (const { key, sealed } of blocks) puts.push(write.objectStore('blocks').put(sealed, key));
    for (const key of present) if (!kept.has(key)) puts.push(write.objectStore('blocks').delete(key));
    puts.push(write.objectStore('copy').put({ revision: next, sealed: copy }, COPY));
    await committed(write, puts);
    return next;
  }

  /** Removes the rows from the disk to make room. What was done on this tablet stays, sealed and unsealed. */
  async drop(): Promise<void> {
    const write = this.#database.transaction(['copy', 'pages', 'blocks'], 'readwrite', { durability: 'strict' });
    await committed(write, [
      write.objectStore('copy').delete(COPY),
      write.objectStore('pages').clear(),
      write.objectStore('blocks').clear(),
    ]);
  }

  /** Removes blocks that no copy names: what an unfinished download left. */
  async dropUnused(copy: Copy | null): Promise<void> {
    const kept = new Set(copy?.blocks.map(({ key }) => key));
    const write = this.#database.transaction('blocks', 'readwrite', { durability: 'relaxed' });
    const gone = (await write.store.getAllKeys()).filter((key) => !kept.has(key));
    await committed(write, gone.map((key) => write.store.delete(key)));
  }

  /** Cards found online. */
  async held(): Promise<HeldCard[]> {
    const record = await this.#database.get('copy', HELD);
    return record === undefined ? [] : openJson<HeldCard[]>(this.#cipher, record.sealed, HELD);
  }

  async keepHeld(cards: readonly HeldCard[]): Promise<void> {
    const sealed = await sealJson(this.#cipher, cards, HELD);
    const write = this.#database.transaction('copy', 'readwrite', { durability: 'relaxed' });
    await committed(write, [cards.length === 0 ? write.store.delete(HELD) : write.store.put({ revision: 0, sealed }, HELD)]);
  }
}
