import { openJson, sealJson, type Cipher } from './cipher';
import type { Database } from './database';

/** Something done on this tablet, as it goes to the server. */
export interface Mutation {
  id: string;
  kind: string;
  /** Login of who did it. */
  staff: string;
  /** The tablet's clock, RFC 3339. */
  at: string;
  seq: number;
  data: unknown;
}

/** A mutation and what the server answered. */
export interface Receipted<R> {
  mutation: Mutation;
  result: R;
  /** When the receipt came, milliseconds. */
  at: number;
}

/** Receipted mutations are kept this long: a server restored from a backup may have to be told again. */
export const JOURNAL_FOR = 14 * 24 * 3600 * 1000;

const mutationLabel = (id: string) => `outbox:${id}`;
const receiptLabel = (id: string) => `journal:${id}`;

/** What was done on this tablet: without receipts in the outbox, with receipts in the journal. */
export class OutboxStore {
  readonly #database: Database;
  readonly #cipher: Cipher;

  constructor(database: Database, cipher: Cipher) {
    this.#database = database;
    this.#cipher = cipher;
  }

  /**
   * Puts a mutation behind all others. Resolves when it is on the disk and not before: `strict` makes the browser
   * flush, so that "saved" outlives the tablet's battery.
   */
  async record(mutation: Omit<Mutation, 'seq'>): Promise<Mutation> {
    const sealed = await sealJson(this.#cipher, mutation, mutationLabel(mutation.id));
    const write = this.#database.transaction(['outbox', 'counters'], 'readwrite', { durability: 'strict' });
    const seq = ((await write.objectStore('counters').get('seq')) ?? 0) + 1;
    await Promise.all([
      write.objectStore('counters').put(seq, 'seq'),
      write.objectStore('outbox').add({ id: mutation.id, sealed }, seq),
      write.done,
    ]);
    return { ...mutation, seq };
  }

  /** Every mutation without a receipt, by seq. */
  async waiting(): Promise<Mutation[]> {
    const read = this.#database.transaction('outbox', 'readonly');
    const [seqs, records] = await Promise.all([read.store.getAllKeys(), read.store.getAll()]);
    return Promise.all(
      records.map(async ({ id, sealed }, i) => ({
        ...(await openJson<Omit<Mutation, 'seq'>>(this.#cipher, sealed, mutationLabel(id))),
        seq: seqs[i] as number,
      })),
    );
  }

  /** Moves mutations to the journal, each with its receipt. The only way out of the outbox. */
  async settle<R>(receipts: Receipted<R>[]): Promise<void> {
    const sealed = await Promise.all(
      receipts.map((receipt) => sealJson(this.#cipher, receipt, receiptLabel(receipt.mutation.id))),
    );
    const write = this.#database.transaction(['outbox', 'journal'], 'readwrite', { durability: 'relaxed' });
    for (const [i, { mutation, at }] of receipts.entries()) {
      void write.objectStore('outbox').delete(mutation.seq);
      void write.objectStore('journal').put({ at, sealed: sealed[i] as Uint8Array<ArrayBuffer> }, mutation.id);
    }
    await write.done;
  }

  /** Receipted mutations, oldest receipt first, after those older than fourteen days before `now` are dropped. */
  async journal<R>(now: number): Promise<Receipted<R>[]> {
    const write = this.#database.transaction('journal', 'readwrite', { durability: 'relaxed' });
    const byTime = write.store.index('at');
    const old = await byTime.getAllKeys(IDBKeyRange.upperBound(now - JOURNAL_FOR));
    await Promise.all(old.map((id) => write.store.delete(id)));
    const [ids, records] = await Promise.all([byTime.getAllKeys(), byTime.getAll()]);
    await write.done;
    return Promise.all(
      records.map(({ sealed }, i) => openJson<Receipted<R>>(this.#cipher, sealed, receiptLabel(ids[i] as string))),
    );
  }
}
