import { openJson, sealJson, type Cipher } from './cipher';
import { committed, type Database } from './database';
import type { KeptItem, SealedItem, Sealer } from './sealing';

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
  /** When the receipt came, milliseconds by the server's clock as far as the tablet knows it. */
  at: number;
  /** When a person marked it as seen, RFC 3339. */
  seenAt?: string;
  /** Id of the entry that was sent in its place. */
  resentAs?: string;
}

/** Receipted mutations are kept this long: a server restored from a backup may have to be told again. */
export const JOURNAL_FOR = 14 * 24 * 3600 * 1000;

const mutationLabel = (id: string) => `outbox:${id}`;
const receiptLabel = (id: string) => `journal:${id}`;

/**
 * What was done on this tablet: without receipts in the outbox, with receipts in the journal. What is in the outbox lies
 * there twice: under the data key, and sealed to the server's key, so that it outlives the data key.
 */
export class OutboxStore {
  readonly #database: Database;
  readonly #cipher: Cipher;
  readonly #isWork: (mutation: Mutation) => boolean;

  /** `isWork`: whether a mutation is a person's work, which a tablet without its key still counts. */
  constructor(database: Database, cipher: Cipher, isWork: (mutation: Mutation) => boolean = () => true) {
    this.#database = database;
    this.#cipher = cipher;
    this.#isWork = isWork;
  }

  /**
   * Puts a mutation behind all others. Resolves when it is on the disk, in both forms, and not before: `strict` makes the
   * browser flush, so that "saved" outlives the tablet's battery. `settled`: a receipt that changes with it.
   */
  async record<R>(mutation: Omit<Mutation, 'seq'>, sealer: Sealer | null, settled?: Receipted<R>): Promise<Mutation> {
    // The number goes into what is sealed, and sealing would end the transaction: it is taken beforehand.
    const numbered: Mutation = { ...mutation, seq: await this.#nextSeq() };
    const { id, seq } = numbered;
    const [own, sealed, receipt] = await Promise.all([
      sealJson(this.#cipher, numbered, mutationLabel(id)),
      sealer && this.#seal(numbered, sealer),
      settled && sealJson(this.#cipher, settled, receiptLabel(settled.mutation.id)),
    ]);
    const write = this.#database.transaction(['outbox', 'sealed', 'journal', 'state'], 'readwrite', { durability: 'strict' });
    const counter = ((await write.objectStore('state').get('seq')) as number | undefined) ?? 0;
    await committed(write, [
      write.objectStore('state').put(Math.max(counter, seq), 'seq'),
      write.objectStore('outbox').add({ id, sealed: own }, seq),
      sealed && write.objectStore('sealed').put(sealed, id),
      settled && receipt && write.objectStore('journal').put(receipt, settled.mutation.id),
    ]);
    return numbered;
  }

  async #seal(mutation: Mutation, sealer: Sealer): Promise<KeptItem> {
    const item = await sealer.seal(mutation.id, mutation);
    return this.#isWork(mutation) ? item : { ...item, background: true };
  }

  async #nextSeq(): Promise<number> {
    const write = this.#database.transaction('state', 'readwrite', { durability: 'relaxed' });
    const seq = (((await write.store.get('seq')) as number | undefined) ?? 0) + 1;
    await committed(write, [write.store.put(seq, 'seq')]);
    return seq;
  }

  /**
   * Every mutation without a receipt, by seq. `known`: those in memory are not opened again. One that does not open any
   * more is left to its other form, which the server can open.
   */
  async waiting(known: ReadonlyMap<string, Mutation> = new Map()): Promise<Mutation[]> {
    const read = this.#database.transaction('outbox', 'readonly');
    const [seqs, records] = await Promise.all([read.store.getAllKeys(), read.store.getAll()]);
    const all = await Promise.all(
      records.map(({ id, sealed }) => known.get(id) ?? this.#tryOpen<Mutation>(sealed, mutationLabel(id))),
    );
    const unreadable = seqs.filter((_, i) => all[i] === null);
    if (unreadable.length > 0) await this.#leaveToSealed(unreadable);
    return all.filter((mutation) => mutation !== null);
  }

  async #tryOpen<T>(sealed: Uint8Array<ArrayBuffer>, label: string): Promise<T | null> {
    try {
      return await openJson<T>(this.#cipher, sealed, label);
    } catch {
      return null;
    }
  }

  async #leaveToSealed(seqs: readonly number[]): Promise<void> {
    const write = this.#database.transaction(['outbox', 'sealed'], 'readwrite', { durability: 'strict' });
    await committed(
      write,
      seqs.map(async (seq) => {
        const id = (await write.objectStore('outbox').get(seq))?.id ?? '';
        if ((await write.objectStore('sealed').getKey(id)) !== undefined) await write.objectStore('outbox').delete(seq);
      }),
    );
  }

  /** Seals to the server's key what is not sealed to it yet: from before the key was known, or to another one. */
  async sealAll(waiting: readonly Mutation[], sealer: Sealer): Promise<void> {
    const present = new Map((await this.#database.getAll('sealed')).map(({ id, kid }) => [id, kid]));
    const missing = waiting.filter(({ id }) => present.get(id) !== sealer.kid);
    const items = await Promise.all(missing.map(async (mutation) => ({ seq: mutation.seq, item: await this.#seal(mutation, sealer) })));
    if (items.length === 0) return;
    const write = this.#database.transaction(['outbox', 'sealed'], 'readwrite', { durability: 'strict' });
    await committed(
      write,
      items.map(async ({ seq, item }) => {
        // What got its receipt meanwhile must not come back.
        const still = await write.objectStore('outbox').getKey(seq);
        if (still !== undefined) await write.objectStore('sealed').put(item, item.id);
      }),
    );
  }

  /** Moves mutations to the journal, each with its receipt. The only way out of the outbox. */
  async settle<R>(receipts: Receipted<R>[]): Promise<void> {
    const sealed = await Promise.all(receipts.map((receipt) => this.#sealReceipt(receipt)));
    const write = this.#database.transaction(['outbox', 'sealed', 'journal'], 'readwrite', { durability: 'relaxed' });
    const requests = receipts.flatMap(({ mutation }, i) => [
      write.objectStore('outbox').delete(mutation.seq),
      write.objectStore('sealed').delete(mutation.id),
      write.objectStore('journal').put(sealed[i] as Uint8Array<ArrayBuffer>, mutation.id),
    ]);
    await committed(write, requests);
  }

  /** Changes what the journal says of mutations that are in it. */
  async note<R>(receipt: Receipted<R>): Promise<void> {
    const sealed = await this.#sealReceipt(receipt);
    const write = this.#database.transaction('journal', 'readwrite', { durability: 'strict' });
    await committed(write, [write.store.put(sealed, receipt.mutation.id)]);
  }

  #sealReceipt<R>(receipt: Receipted<R>): Promise<Uint8Array<ArrayBuffer>> {
    return sealJson(this.#cipher, receipt, receiptLabel(receipt.mutation.id));
  }

  /** Puts receipted mutations back into the outbox: the server forgot them with a restore. */
  async requeue<R>(receipts: readonly Receipted<R>[], sealer: Sealer | null): Promise<void> {
    const items = await Promise.all(
      receipts.map(async ({ mutation }) => ({
        mutation,
        own: await sealJson(this.#cipher, mutation, mutationLabel(mutation.id)),
        sealed: sealer && (await this.#seal(mutation, sealer)),
      })),
    );
    const write = this.#database.transaction(['outbox', 'sealed', 'journal'], 'readwrite', { durability: 'strict' });
    const requests = items.flatMap(({ mutation, own, sealed }) => [
      write.objectStore('outbox').put({ id: mutation.id, sealed: own }, mutation.seq),
      sealed && write.objectStore('sealed').put(sealed, mutation.id),
      write.objectStore('journal').delete(mutation.id),
    ]);
    await committed(write, requests);
  }

  /**
   * Receipted mutations, oldest receipt first; those older than fourteen days before `now` are dropped. `known` are not
   * opened again.
   */
  async journal<R>(now: number, known: ReadonlyMap<string, Receipted<R>> = new Map()): Promise<Receipted<R>[]> {
    const read = this.#database.transaction('journal', 'readonly');
    const [ids, records] = await Promise.all([read.store.getAllKeys(), read.store.getAll()]);
    const opened = await Promise.all(
      records.map((sealed, i) => {
        const id = ids[i] as string;
        return known.get(id) ?? this.#tryOpen<Receipted<R>>(sealed, receiptLabel(id));
      }),
    );
    const all = opened.filter((receipt) => receipt !== null);
    const old = all.filter(({ at }) => at <= now - JOURNAL_FOR);
    if (old.length > 0) {
      const write = this.#database.transaction('journal', 'readwrite', { durability: 'relaxed' });
      await committed(write, old.map(({ mutation }) => write.store.delete(mutation.id)));
    }
    return all.filter(({ at }) => at > now - JOURNAL_FOR).sort((one, other) => one.at - other.at || one.mutation.seq - other.mutation.seq);
  }
}

/** What waits, sealed to the server's key: all of it can be sent by a tablet that nobody has opened. */
export class SealedStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  count(): Promise<number> {
    return this.#database.count('sealed');
  }

  /** How many of them are a person's work. */
  async countWork(): Promise<number> {
    return (await this.#database.getAll('sealed')).filter(({ background }) => background !== true).length;
  }

  /** By id, which is the order in which they were made. */
  async all(): Promise<SealedItem[]> {
    return (await this.#database.getAll('sealed')).map(asSent);
  }

  /** Those whose other form went with a data key. */
  async orphans(): Promise<SealedItem[]> {
    const read = this.#database.transaction(['sealed', 'outbox'], 'readonly');
    const [items, waiting] = await Promise.all([read.objectStore('sealed').getAll(), read.objectStore('outbox').getAll()]);
    const known = new Set(waiting.map(({ id }) => id));
    return items.filter(({ id }) => !known.has(id)).map(asSent);
  }

  /**
   * Removes what has its receipt. The other form stays in the outbox of a locked tablet: once opened it asks for the
   * receipt itself, which the server gives again.
   */
  async sent(ids: readonly string[]): Promise<void> {
    const write = this.#database.transaction('sealed', 'readwrite', { durability: 'relaxed' });
    await committed(write, ids.map((id) => write.store.delete(id)));
  }
}

function asSent({ background: _, ...item }: KeptItem): SealedItem {
  return item;
}
