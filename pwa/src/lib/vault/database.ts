import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from 'idb';

type Sealed = Uint8Array<ArrayBuffer>;

/** What lies on the disk. Keys and counters are readable; every other value is sealed. */
export interface Schema extends DBSchema {
  /** Rows as they came, about a thousand to a record. Key: the hash of the body, or `local:…` after folding. */
  blocks: { key: string; value: { collection: string; rows: number; body: Sealed } };
  /** The overlay: changes newer than the blocks, a record for each page pulled, in order. */
  pages: { key: number; value: Sealed };
  /** Mutations without a receipt. Key: seq. */
  outbox: { key: number; value: { id: string; sealed: Sealed } };
  /** Mutations with their receipts, for fourteen days. `at`: when the receipt came, milliseconds. */
  journal: { key: string; value: { at: number; sealed: Sealed }; indexes: { at: number } };
  /** `revision` grows with every change of the copy, so that two tabs notice one another. */
  copy: { key: 'copy'; value: { revision: number; sealed: Sealed } };
  counters: { key: 'seq'; value: number };
}

export type Database = IDBPDatabase<Schema>;

const VERSION = 1;

/** Opens the database, made anew where there is none. `onLost` is called when the browser takes it away. */
export function openDatabase(name: string, onLost: () => void): Promise<Database> {
  return openDB<Schema>(name, VERSION, {
    upgrade(database) {
      database.createObjectStore('blocks');
      database.createObjectStore('pages', { autoIncrement: true });
      database.createObjectStore('outbox');
      database.createObjectStore('journal').createIndex('at', 'at');
      database.createObjectStore('copy');
      database.createObjectStore('counters');
    },
    blocking(_current, _blocked, event) {
      // A newer version of the app in another tab wants to upgrade: make way, it knows how to read what is there.
      (event.target as IDBDatabase).close();
      onLost();
    },
    terminated: onLost,
  });
}

/** Removes everything, the outbox included. For tests and for measuring from an empty profile. */
export function destroyDatabase(name: string): Promise<void> {
  return deleteDB(name);
}
