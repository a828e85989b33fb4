import {
  AesCipher,
  dataKeyOf,
  identityCipher,
  newSecret,
  openSlot,
  passkeySlot,
  passwordSlot,
  type Cipher,
  type DataKey,
  type LockStore,
  type PasswordHash,
  type Secret,
  type SlotRecord,
} from '$lib/vault';
import { BookError } from './errors';
import type { NewSlot, Slot } from './lock-types';
import { uuid7 } from './uuid';

export const SHORTEST_PASSWORD = 12;
const SELF = 'self';

export const cipherOf = ({ key, readable }: DataKey): Cipher => (readable ? identityCipher : new AesCipher(key));

/** The key slots of one tablet, and the data key that each of them wraps. Its raw bytes are kept nowhere. */
export class KeyRing {
  slots: SlotRecord[] = [];
  readonly #store: LockStore;
  readonly #hash: PasswordHash;

  constructor(store: LockStore, hash: PasswordHash) {
    this.#store = store;
    this.#hash = hash;
  }

  async read(): Promise<void> {
    this.slots = (await this.#store.slots()).sort((one, other) => (one.madeAt < other.madeAt ? -1 : 1));
  }

  /** What the screens may know of the slots. */
  get list(): Slot[] {
    return this.slots.map((slot) => {
      const { id, staff, name, method, madeAt } = slot;
      const passkey = slot.method === 'passkey' ? { credential: slot.credential, salt: slot.salt } : {};
      return { id, staff, name, method, madeAt, ...passkey };
    });
  }

  /**
   * Makes a new data key with its first slot; everything that an older one sealed is destroyed. `meanwhile` may use the key
   * already while the password is worked on, which takes half a second on purpose: what a key sealed that never got a
   * slot is cleared away by the next one.
   */
  async begin(wish: NewSlot, readable: boolean, meanwhile: (data: DataKey) => Promise<unknown>): Promise<{ data: DataKey; slot: SlotRecord }> {
    checkPassword(wish);
    const secret = newSecret(readable);
    try {
      const data = await dataKeyOf(secret);
      // The key sealed by itself: whoever has the tablet open can give others a slot, though the key cannot be read out.
      const self = await new AesCipher(data.key).seal(secret, SELF);
      await this.#store.clear();
      const [slot] = await Promise.all([this.#make(wish, secret), meanwhile(data)]);
      await this.#store.begin(slot, self);
      this.slots = [slot];
      return { data, slot };
    } finally {
      secret.fill(0);
    }
  }

  /** Another slot for the same data key. It takes the place of the person's old password, or of the same passkey. */
  async add(wish: NewSlot, data: DataKey): Promise<SlotRecord> {
    checkPassword(wish);
    const self = await this.#store.get('self');
    if (self === undefined) throw new BookError('failed', 'The key cannot be given to anybody else.');
    const secret = await new AesCipher(data.key).open(self, SELF);
    try {
      const slot = await this.#make(wish, secret);
      const replaced = this.slots.filter((each) => replaces(slot, each)).map(({ id }) => id);
      await this.#store.putSlot(slot, replaced);
      await this.read();
      return slot;
    } finally {
      secret.fill(0);
    }
  }

  async remove(id: string): Promise<void> {
    if (this.slots.length < 2) throw new BookError('last_slot', 'Without the last key nobody could open the tablet.');
    await this.#store.removeSlot(id);
    await this.read();
  }

  /** The data key, or null when that is not what the slot was made with. */
  async open(slot: SlotRecord, secret: Secret): Promise<DataKey | null> {
    const raw = await openSlot(slot, secret, this.#hash);
    if (raw === null) return null;
    const data = await dataKeyOf(raw);
    raw.fill(0);
    return data;
  }

  async #make(wish: NewSlot, secret: Uint8Array<ArrayBuffer>): Promise<SlotRecord> {
    const owner = { id: uuid7(), staff: wish.staff, name: wish.name, madeAt: new Date().toISOString() };
    if ('passkey' in wish) return passkeySlot(owner, wish.passkey, secret);
    return passwordSlot(owner, wish.password, secret, this.#hash);
  }
}

function checkPassword(wish: NewSlot): void {
  if (!('password' in wish) || [...wish.password].length >= SHORTEST_PASSWORD) return;
  throw new BookError('short_password', 'A password has at least twelve characters.');
}

function replaces(slot: SlotRecord, old: SlotRecord): boolean {
  if (slot.method === 'passkey') return old.method === 'passkey' && old.credential === slot.credential;
  return old.method === 'password' && old.staff === slot.staff;
}
