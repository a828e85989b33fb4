import { committed, type Database, type State, type Wiped } from './database';
import type { SlotRecord } from './slots';

const DESTROYED = ['slots', 'blocks', 'pages', 'copy', 'outbox', 'journal'] as const;

/** What can be read while the tablet is locked: slots, counters, times, the server's terms. */
export class LockStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  slots(): Promise<SlotRecord[]> {
    return this.#database.getAll('slots');
  }

  async get<K extends keyof State>(key: K): Promise<State[K] | undefined> {
    return (await this.#database.get('state', key)) as State[K] | undefined;
  }

  async put<K extends keyof State>(key: K, value: State[K]): Promise<void> {
    await this.#database.put('state', value, key);
  }

  /** Destroys whatever an older key sealed, so that a new one can begin. */
  async clear(): Promise<void> {
    const write = this.#database.transaction(DESTROYED, 'readwrite', { durability: 'relaxed' });
    await committed(write, DESTROYED.map((store) => write.objectStore(store).clear()));
  }

  /** A new data key has its first slot. */
  async begin(slot: SlotRecord, self: State['self']): Promise<void> {
    const write = this.#database.transaction(['slots', 'state'], 'readwrite', { durability: 'strict' });
    const state = write.objectStore('state');
    await committed(write, [
      write.objectStore('slots').put(slot, slot.id),
      state.put(self, 'self'),
      state.put(0, 'tries'),
      state.delete('wiped'),
    ]);
  }

  /** Adds a slot in the place of others. */
  async putSlot(slot: SlotRecord, replaced: readonly string[]): Promise<void> {
    const write = this.#database.transaction('slots', 'readwrite', { durability: 'strict' });
    await committed(write, [...replaced.map((id) => write.store.delete(id)), write.store.put(slot, slot.id)]);
  }

  async removeSlot(id: string): Promise<void> {
    await this.#database.delete('slots', id);
  }

  /** Counts a try before it is made, on the disk: switching the tablet off does not give it back. How many in a row. */
  async nextTry(): Promise<number> {
    const write = this.#database.transaction('state', 'readwrite', { durability: 'strict' });
    const tries = (((await write.store.get('tries')) as number | undefined) ?? 0) + 1;
    await committed(write, [write.store.put(tries, 'tries')]);
    return tries;
  }

  /** Keys, copy, outbox and journal go; what is sealed to the server's key stays, with the counter of `seq`. */
  async wipe(wiped: Wiped): Promise<void> {
    const write = this.#database.transaction([...DESTROYED, 'state'], 'readwrite', { durability: 'strict' });
    const state = write.objectStore('state');
    await committed(write, [
      ...DESTROYED.map((store) => write.objectStore(store).clear()),
      state.put(wiped, 'wiped'),
      state.delete('self'),
      state.delete('tries'),
    ]);
  }
}
