import { Block, type Row } from './block';
import { openJson, sealJson, type Cipher } from './cipher';
import type { Database } from './database';

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
  blocks: BlockRef[];
}

export type Change =
  | { collection: string; id: string; op: 'put'; row: Row }
  | { collection: string; id: string; op: 'delete' | 'remove' };

export interface NewBlock extends BlockRef {
  body: Uint8Array<ArrayBuffer>;
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
const PAGE = 'page';
const blockLabel = (key: string) => `block:${key}`;

/** The rows on the disk: blocks and the overlay of newer changes. */
export class CopyStore {
  readonly #database: Database;
  readonly #cipher: Cipher;

  constructor(database: Database, cipher: Cipher) {
    this.#database = database;
    this.#cipher = cipher;
  }

  /** Everything that is stored, or null when no copy was ever completed. */
  async load(): Promise<Stored | null> {
    const read = this.#database.transaction(['copy', 'blocks', 'pages'], 'readonly');
    const [record, keys, bodies, pages] = await Promise.all([
      read.objectStore('copy').get(COPY),
      read.objectStore('blocks').getAllKeys(),
      read.objectStore('blocks').getAll(),
      read.objectStore('pages').getAll(),
    ]);
    if (record === undefined) return null;
    const copy = await openJson<Copy>(this.#cipher, record.sealed, COPY);
    const stored = new Map(keys.map((key, i) => [key, bodies[i]?.body]));
    const blocks = await Promise.all(copy.blocks.map(({ key }) => this.#openBlock(key, stored.get(key))));
    const changes = await Promise.all(pages.map((page) => openJson<Change[]>(this.#cipher, page, PAGE)));
    return { revision: record.revision, copy, blocks, changes: changes.flat() };
  }

  async #openBlock(key: string, body: Uint8Array<ArrayBuffer> | undefined): Promise<{ key: string; block: Block }> {
    if (body === undefined) throw new DOMException(`block ${key} is gone`, 'NotFoundError');
    return { key, block: new Block(await this.#cipher.open(body, blockLabel(key))) };
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
    const record = await this.#database.get('blocks', key);
    return (await this.#openBlock(key, record?.body)).block;
  }

  /** Keeps a block ahead of the copy that will name it, so that a download that broke off goes on where it stopped. */
  async keepBlock({ key, collection, rows, body }: NewBlock): Promise<void> {
    const sealed = await this.#cipher.seal(body, blockLabel(key));
    const write = this.#database.transaction('blocks', 'readwrite', { durability: 'relaxed' });
    await Promise.all([write.store.put({ collection, rows, body: sealed }, key), write.done]);
  }

  /**
   * Takes one step from `revision`; the new revision, or null when another tab was faster: nothing is changed then.
   */
  async advance(revision: number, step: Step): Promise<number | null> {
    // WebCrypto cannot be awaited inside a transaction: it would end. All sealing comes first.
    const copy = await sealJson(this.#cipher, step.copy, COPY);
    const page = step.changes?.length ? await sealJson(this.#cipher, step.changes, PAGE) : null;
    const blocks = await Promise.all(
      (step.blocks ?? []).map(async (block) => ({ ...block, body: await this.#cipher.seal(block.body, blockLabel(block.key)) })),
    );
    const stores = ['copy', 'pages', 'blocks'] as const;
    const write = this.#database.transaction(stores, 'readwrite', { durability: step.replace ? 'strict' : 'relaxed' });
    const current = (await write.objectStore('copy').get(COPY))?.revision ?? 0;
    if (current !== revision) {
      await write.done;
      return null;
    }
    if (step.replace) await write.objectStore('pages').clear();
    if (page !== null) await write.objectStore('pages').add(page);
    for (const { key, collection, rows, body } of blocks) await write.objectStore('blocks').put({ collection, rows, body }, key);
    if (step.replace) {
      const kept = new Set(step.copy.blocks.map(({ key }) => key));
      const gone = (await write.objectStore('blocks').getAllKeys()).filter((key) => !kept.has(key));
      await Promise.all(gone.map((key) => write.objectStore('blocks').delete(key)));
    }
    await write.objectStore('copy').put({ revision: revision + 1, sealed: copy }, COPY);
    await write.done;
    return revision + 1;
  }
}
