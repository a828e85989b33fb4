// The store of version 1, which lay unencrypted: what waits in it and its journal are taken over, everything else of it
// can be downloaded again, and the whole database is deleted rather than rewritten, so that its files go with it.
import { deleteDB, openDB, type IDBPDatabase } from 'idb';
import { sealJson, type Cipher } from './cipher';
import { committed, type Database } from './database';
import type { Mutation, Receipted } from './outbox-store';
import type { Sealer } from './sealing';

const decoder = new TextDecoder();

/** Whether such a store is on this tablet. */
export async function hasLegacy(name: string): Promise<boolean> {
  const all = await indexedDB.databases().catch(() => []);
  return all.some((each) => each.name === name && each.version === 1);
}

/** Moves what the old store must not lose into the new one, encrypted, and deletes the old one. May be repeated. */
export async function takeOver(name: string, into: Database, cipher: Cipher, sealer: Sealer | null): Promise<void> {
  const old = await openDB(name, 1);
  const { mutations, receipts, seq } = await read(old);
  old.close();
  const outbox = await Promise.all(
    mutations.map(async (mutation) => ({
      mutation,
      own: await sealJson(cipher, mutation, `outbox:${mutation.id}`),
      sealed: await sealer?.seal(mutation.id, mutation),
    })),
  );
  const journal = await Promise.all(
    receipts.map(async (receipt) => ({ id: receipt.mutation.id, own: await sealJson(cipher, receipt, `journal:${receipt.mutation.id}`) })),
  );
  const write = into.transaction(['outbox', 'sealed', 'journal', 'state'], 'readwrite', { durability: 'strict' });
  const counter = ((await write.objectStore('state').get('seq')) as number | undefined) ?? 0;
  await committed(write, [
    write.objectStore('state').put(Math.max(seq, counter), 'seq'),
    ...outbox.flatMap(({ mutation, own, sealed }) => [
      write.objectStore('outbox').put({ id: mutation.id, sealed: own }, mutation.seq),
      sealed && write.objectStore('sealed').put(sealed, mutation.id),
    ]),
    ...journal.map(({ id, own }) => write.objectStore('journal').put(own, id)),
  ]);
  await deleteDB(name);
}

async function read(old: IDBPDatabase): Promise<{ mutations: Mutation[]; receipts: Receipted<unknown>[]; seq: number }> {
  // One that a browser made empty, or that broke off while it was made, has nothing to give.
  if (!['outbox', 'journal', 'counters'].every((store) => old.objectStoreNames.contains(store))) {
    return { mutations: [], receipts: [], seq: 0 };
  }
  const transaction = old.transaction(['outbox', 'journal', 'counters'], 'readonly');
  const [seqs, entries, receipts, seq] = await Promise.all([
    transaction.objectStore('outbox').getAllKeys(),
    transaction.objectStore('outbox').getAll() as Promise<{ sealed: Uint8Array }[]>,
    transaction.objectStore('journal').getAll() as Promise<{ sealed: Uint8Array }[]>,
    transaction.objectStore('counters').get('seq') as Promise<number | undefined>,
  ]);
  const parse = <T>({ sealed }: { sealed: Uint8Array }) => JSON.parse(decoder.decode(sealed)) as T;
  return {
    mutations: entries.map((entry, i) => ({ ...parse<Mutation>(entry), seq: seqs[i] as number })),
    receipts: receipts.map((entry) => parse<Receipted<unknown>>(entry)),
    seq: seq ?? 0,
  };
}
