import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Contact } from './lease';
import type { KeptItem } from './sealing';
import type { SlotRecord } from './slots';
import type { Terms } from './terms';

type Sealed = Uint8Array<ArrayBuffer>;

export interface Wiped {
  reason: 'revoked' | 'limit' | 'tries' | 'asked';
  /** RFC 3339. */
  at: string;
}

/** Counters and times that a locked tablet needs. */
export interface State {
  seq: number;
  /** Wrong tries in a row. */
  tries: number;
  terms: Terms;
  contact: Contact;
  /** The latest time that the tablet's clock showed since the contact, milliseconds. */
  seen: number;
  wiped: Wiped;
  /** The data key's secret sealed by the data key: whoever has the tablet open can give others a slot. */
  self: Sealed;
}

/** What lies on the disk: `Sealed` values can be read by nobody without the data key (README.md). */
export interface Schema extends DBSchema {
  slots: { key: string; value: SlotRecord };
  /** Rows as they came, packed, about a thousand to a record. Key: the hash of the body, or `local:…` after folding. */
  blocks: { key: string; value: Sealed };
  /** The overlay: changes newer than the blocks, a record for each page pulled. Key: the revision that it led to. */
  pages: { key: number; value: Sealed };
  /** `revision` grows with every change of the copy, so that two tabs notice one another. `held`: cards found online. */
  copy: { key: 'copy' | 'held'; value: { revision: number; sealed: Sealed } };
  /** Mutations without a receipt. Key: seq. */
  outbox: { key: number; value: { id: string; sealed: Sealed } };
  /** The same once more, sealed to the server's key: what outlives a wipe. Key: id. */
  sealed: { key: string; value: KeptItem };
  /** Mutations with their receipts, for fourteen days. Key: id. */
  journal: { key: string; value: Sealed };
  state: { key: keyof State; value: State[keyof State] };
}

export type Database = IDBPDatabase<Schema>;

/** Version 1 lay unencrypted in a database of another name (legacy.ts). */
const VERSION = 2;
const STORES = ['slots', 'blocks', 'pages', 'copy', 'outbox', 'sealed', 'journal', 'state'] as const;
/** Milliseconds before an opening that failed is tried again. */
const PATIENCE = [100, 400];

/** Opens the database, made anew where there is none. `onLost` is called when the browser takes it away. */
export function openDatabase(name: string, onLost: () => void): Promise<Database> {
  return openDB<Schema>(name, VERSION, {
    upgrade(database) {
      for (const store of STORES) database.createObjectStore(store);
    },
    blocking(_current, _blocked, event) {
      // A newer version of the app in another tab wants to upgrade: make way, it knows how to read what is there.
      (event.target as IDBDatabase).close();
      onLost();
    },
    terminated: onLost,
  });
}

/**
 * Opens the newest generation of a store. A database that the browser can no longer read (`UnknownError`, again and
 * again) is left where it is and a fresh one takes its place: should it ever open again, what waits in it is sent
 * (`rescue`).
 */
export async function openGeneration(name: string, onLost: () => void): Promise<Database> {
  const newest = (await generations(name)).at(-1) ?? name;
  try {
    return await openPatiently(newest, onLost);
  } catch (error) {
    if (!isUnknown(error)) throw error;
    return openPatiently(nextGeneration(name, newest), onLost);
  }
}

async function openPatiently(name: string, onLost: () => void): Promise<Database> {
  for (const wait of PATIENCE) {
    try {
      return await openDatabase(name, onLost);
    } catch (error) {
      if (!isUnknown(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return openDatabase(name, onLost);
}

/** Takes over what waits, sealed, in older generations that can be opened again, and removes those. */
export async function rescue(name: string, current: Database): Promise<void> {
  for (const older of await generations(name)) {
    if (older === current.name) continue;
    try {
      const database = await openDatabase(older, () => undefined);
      const items = await database.getAll('sealed');
      database.close();
      const write = current.transaction('sealed', 'readwrite', { durability: 'strict' });
      await committed(write, items.map((item) => write.store.put(item, item.id)));
      await deleteDB(older);
    } catch {
      // Still unreadable: it is tried again at the next start.
    }
  }
}

/** Names of a store's databases, oldest first. */
async function generations(name: string): Promise<string[]> {
  const all = await indexedDB.databases().catch(() => []);
  const own = all.map((each) => each.name ?? '').filter((each) => each === name || each.startsWith(`${name}~`));
  return own.sort((one, other) => numberOf(one) - numberOf(other));
}

const numberOf = (generation: string) => Number(generation.split('~')[1] ?? 1);
const nextGeneration = (name: string, newest: string) => `${name}~${numberOf(newest) + 1}`;

function isUnknown(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'UnknownError';
}

/**
 * Waits until a transaction is on the disk. When it fails, its own reason is thrown (`QuotaExceededError`): the requests
 * within only know that they were aborted.
 */
export async function committed(write: { done: Promise<void> }, requests: readonly unknown[]): Promise<void> {
  const [done] = await Promise.allSettled([write.done, ...requests]);
  if (done.status === 'rejected') throw done.reason;
}

/** Removes everything, the outbox included. For tests and for measuring from an empty profile. */
export function destroyDatabase(name: string): Promise<void> {
  return deleteDB(name);
}
