import type { SyncServer } from '$lib/api/sync';
import { LockStore, openGeneration, rescue, SealedStore, type Database, type PasswordHash } from '$lib/vault';
import { KeyRing } from './key-ring';
import { LockedLine, type LockedHooks } from './locked-line';
import type { Pace } from './loop';
import { TermsKeeper } from './terms';

/** Everything of the lock that rests on one open database. */
export interface Store {
  database: Database;
  lock: LockStore;
  sealed: SealedStore;
  terms: TermsKeeper;
  ring: KeyRing;
  line: LockedLine;
}

export interface StoreParts {
  server: SyncServer;
  hash: PasswordHash;
  name: string;
  pace: Pace;
}

/** Opens the tablet's database. `onLost`: the browser took it away. */
export async function openStore(parts: StoreParts, hooks: LockedHooks, onLost: () => void): Promise<Store> {
  const { server, name, pace, hash } = parts;
  const database = await openGeneration(name, onLost);
  await rescue(name, database);
  const lock = new LockStore(database);
  const sealed = new SealedStore(database);
  const terms = await TermsKeeper.read(lock);
  return { database, lock, sealed, terms, line: new LockedLine(server, sealed, terms, pace, hooks), ring: new KeyRing(lock, hash) };
}
