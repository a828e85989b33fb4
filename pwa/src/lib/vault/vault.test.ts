import 'fake-indexeddb/auto';
import { deleteDB, openDB } from 'idb';
import { afterEach, describe, expect, test, vi } from 'vitest';
import contract from '../../../../tests/contract/sealed_outbox.json';
import { argon2, costFor, FLOOR } from './argon';
import { fromBase64Url, pack, toBase64Url, unpack } from './bytes';
import { AesCipher, importKey, openJson, sealJson } from './cipher';
import { openDatabase, openGeneration, rescue } from './database';
import { ClockGuard, leaseOf } from './lease';
import { hasLegacy, takeOver } from './legacy';
import { OutboxStore, SealedStore, type Mutation } from './outbox-store';
import { openSealed, Sealer, type SealedItem, type SealingKey } from './sealing';
import { dataKeyOf, newSecret, openSlot, passwordSlot } from './slots';

const encoder = new TextEncoder();
const bytes = (text: string) => encoder.encode(text);
const newKey = () => importKey(crypto.getRandomValues(new Uint8Array(32)));
let count = 0;
const fresh = () => `vault-${++count}`;

afterEach(() => vi.restoreAllMocks());

describe('the cipher', () => {
  test('gives back what it sealed, never the same bytes twice', async () => {
    const cipher = new AesCipher(await newKey());
    const [one, other] = [await cipher.seal(bytes('김민지'), 'a'), await cipher.seal(bytes('김민지'), 'a')];
    expect(one).not.toEqual(other);
    expect(one[0]).toBe(1);
    expect(one).toHaveLength(1 + 12 + 9 + 16);
    expect(await cipher.open(one, 'a')).toEqual(bytes('김민지'));
  });

  test('opens nothing under another label, with another key, of another version, or changed by a bit', async () => {
    const cipher = new AesCipher(await newKey());
    const sealed = await sealJson(cipher, { name: '김민지' }, 'copy:1');
    await expect(openJson(cipher, sealed, 'copy:2')).rejects.toThrow();
    await expect(openJson(new AesCipher(await newKey()), sealed, 'copy:1')).rejects.toThrow();
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.map((byte, i) => (i === at ? byte ^ 1 : byte));
      await expect(cipher.open(changed, 'copy:1')).rejects.toThrow();
    }
  });

  test('packs and unpacks', async () => {
    const body = bytes('{"columns":[]}'.repeat(1000));
    const packed = await pack(body);
    expect(packed.length).toBeLessThan(body.length / 10);
    expect(await unpack(packed)).toEqual(body);
    await expect(unpack(body)).rejects.toThrow();
    const every = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(fromBase64Url(toBase64Url(every))).toEqual(every);
    expect(toBase64Url(every)).toMatch(/^[\w-]+$/);
  });
});

describe('passwords', () => {
  test('Argon2id gives what its reference implementation gives', async () => {
    // `argon2 somesaltsomesalt -id -t 2 -k 1024 -p 1 -l 32` over "password".
    const cost = { memory: 1024, passes: 2, lanes: 1 };
    const one = await argon2.derive('password', bytes('somesaltsomesalt'), cost);
    const hex = Array.from(one, (byte) => byte.toString(16).padStart(2, '0')).join('');
    expect(hex).toBe('08a19ee7f6d7f589c2ab6af18d6e724172b19f7d6fd462b38430ab31ceabeaf0');
    expect(await argon2.derive('password', bytes('somesaltsomesalt'), cost)).toEqual(one);
    expect(await argon2.derive('passwore', bytes('somesaltsomesalt'), cost)).not.toEqual(one);
    // One typed letter by letter on one keyboard and composed on another is one password.
    expect(await argon2.derive('한지영'.normalize('NFD'), bytes('somesaltsomesalt'), cost)).toEqual(
      await argon2.derive('한지영', bytes('somesaltsomesalt'), cost),
    );
  });

  test.each([0.01, 1, 20, 60, 120, 250, 500, 3000])('where a pass takes %d ms the cost is about half a second, and never below the floor', (pass) => {
    const cost = costFor(pass);
    expect(cost.memory).toBeGreaterThanOrEqual(FLOOR.memory);
    expect(cost.memory).toBeLessThanOrEqual(64 * 1024);
    expect(cost.passes).toBeGreaterThanOrEqual(2);
    const took = (cost.memory / FLOOR.memory) * cost.passes * Math.max(pass, 0.1);
    expect(took).toBeGreaterThan(300);
    if (pass <= 250) expect(took).toBeLessThanOrEqual(501);
  });

  test('a slot opens with its own password alone, and says how it was made', async () => {
    vi.spyOn(argon2, 'calibrate').mockResolvedValue({ memory: 1024, passes: 1, lanes: 1 });
    const owner = { id: 's1', staff: 'jiyoung', name: '한지영', madeAt: '2026-11-22T00:00:00Z' };
    const secret = newSecret(false);
    const slot = await passwordSlot(owner, 'correct horse battery', secret, argon2);
    expect(slot).toMatchObject({ method: 'password', cost: { memory: 1024, passes: 1, lanes: 1 } });
    expect(await openSlot(slot, { password: 'correct horse batterz' }, argon2)).toBeNull();
    expect(await openSlot({ ...slot, id: 's2' }, { password: 'correct horse battery' }, argon2)).toBeNull();
    const opened = await openSlot(slot, { password: 'correct horse battery' }, argon2);
    expect(opened).toEqual(secret);
    expect((await dataKeyOf(secret)).key.extractable).toBe(false);
  });
});

describe('items sealed to the server', () => {
  interface Vector {
    private_key_pkcs8_base64: string;
    sealing_key: SealingKey;
    good: { name: string; plaintext: string; item: SealedItem }[];
    bad: { name: string; item: SealedItem }[];
  }
  const vector = contract as unknown as Vector;

  async function privateJwk(): Promise<JsonWebKey> {
    const pkcs8 = Uint8Array.from(atob(vector.private_key_pkcs8_base64), (letter) => letter.charCodeAt(0));
    const key = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
    return crypto.subtle.exportKey('jwk', key);
  }

  test.each(vector.good)("the contract's example opens: $name", async ({ plaintext, item }) => {
    expect(await openSealed(item, await privateJwk())).toEqual(JSON.parse(plaintext));
  });

  test('what is sealed here opens there, has the same form, and is never the same twice', async () => {
    const sealer = await Sealer.of(vector.sealing_key);
    const mutation = { id: 'm1', kind: 'note.add', staff: 'a', at: 'now', seq: 3, data: { text: '메모' } };
    const item = await sealer.seal('m1', mutation);
    const example = vector.good[0]?.item as SealedItem;
    expect(Object.keys(item).sort()).toEqual(Object.keys(example).sort());
    expect([item.kid, item.epk.length, item.iv.length]).toEqual([example.kid, example.epk.length, example.iv.length]);
    expect(await openSealed(item, await privateJwk())).toEqual(mutation);
    expect((await sealer.seal('m1', mutation)).epk).not.toBe(item.epk);
    await expect(openSealed({ ...item, id: 'm2' }, await privateJwk())).rejects.toThrow();
  });
});

describe('the lease', () => {
  const terms = { leaseHours: 72, wipeDays: 14 };
  const hour = 3_600_000;
  test.each([[0, 'good'], [72, 'good'], [72.1, 'ended'], [14 * 24, 'ended'], [14 * 24 + 0.1, 'spent']])('after %d hours it is %s', (hours, state) => {
    expect(leaseOf({ server: 5e12, tablet: 1e12 }, terms, 1e12 + hours * hour).state).toBe(state);
  });

  test('a clock set back stands still, and goes on when it has caught up or the server answered', () => {
    let clock = 1e12;
    let ticks = 0;
    const guard = new ClockGuard(1e12, () => clock, () => ticks);
    clock = ticks = 0;
    ticks = 5 * hour;
    expect(guard.now()).toBe(1e12 + 5 * hour);
    clock = 1e12 + 7 * hour;
    expect(guard.now()).toBe(1e12 + 7 * hour);
    clock = 42;
    expect(guard.contact()).toBe(42);
    expect(guard.now()).toBe(42);
  });
});

describe('the store of version 1', () => {
  const mutation: Mutation = { id: 'm1', kind: 'note.add', staff: 'a', at: '2026-11-21T00:00:00Z', seq: 7, data: { text: '옛 메모' } };
  const receipt = { mutation: { ...mutation, id: 'm0', seq: 6 }, result: { id: 'm0', status: 'applied' }, at: Date.now() };

  async function legacy(name: string): Promise<void> {
    const old = await openDB(name, 1, {
      upgrade(database) {
        database.createObjectStore('blocks');
        database.createObjectStore('pages', { autoIncrement: true });
        database.createObjectStore('outbox');
        database.createObjectStore('journal').createIndex('at', 'at');
        database.createObjectStore('copy');
        database.createObjectStore('counters');
      },
    });
    const { seq: _, ...stored } = mutation;
    await old.put('outbox', { id: 'm1', sealed: bytes(JSON.stringify(stored)) }, 7);
    await old.put('journal', { at: receipt.at, sealed: bytes(JSON.stringify(receipt)) }, 'm0');
    await old.put('blocks', { collection: 'customers', rows: 1, body: bytes('{"김민지"}') }, 'hash');
    await old.put('counters', 7, 'seq');
    old.close();
  }

  test('gives up what waits and its journal, encrypted, and is gone', async () => {
    const [name, old] = [fresh(), fresh()];
    await legacy(old);
    expect(await hasLegacy(old)).toBe(true);
    const database = await openDatabase(name, () => undefined);
    const cipher = new AesCipher(await newKey());
    await takeOver(old, database, cipher, null);
    expect(await hasLegacy(old)).toBe(false);
    expect((await indexedDB.databases()).map((each) => each.name)).not.toContain(old);
    const outbox = new OutboxStore(database, cipher);
    expect(await outbox.waiting()).toEqual([mutation]);
    expect(await outbox.journal(Date.now())).toEqual([receipt]);
    expect((await outbox.record({ id: 'm2', kind: 'note.add', staff: 'a', at: 'now', data: {} }, null)).seq).toBe(8);
    const raw = new TextDecoder().decode((await database.get('outbox', 7))?.sealed);
    expect(raw).not.toContain('메모');
    database.close();
  });

  test('may be taken over twice: a tablet that was switched off in between ends with the same', async () => {
    const [name, old] = [fresh(), fresh()];
    const database = await openDatabase(name, () => undefined);
    const cipher = new AesCipher(await newKey());
    for (let round = 0; round < 2; round++) {
      await legacy(old);
      await takeOver(old, database, cipher, null);
    }
    expect(await new OutboxStore(database, cipher).waiting()).toEqual([mutation]);
    database.close();
  });
});

describe('a database that the browser cannot read', () => {
  const unknown = () => new DOMException('Internal error opening backing store', 'UnknownError');

  /** `indexedDB.open` fails for a name so many times. */
  function failing(name: string, times: number): void {
    const open = indexedDB.open.bind(indexedDB);
    let left = times;
    vi.spyOn(indexedDB, 'open').mockImplementation((wanted, version) => {
      if (wanted === name && left-- > 0) throw unknown();
      return open(wanted, version);
    });
  }

  test('is tried again', async () => {
    const name = fresh();
    failing(name, 2);
    const database = await openGeneration(name, () => undefined);
    expect(database.name).toBe(name);
    database.close();
  });

  test('is left where it is for a fresh one; what waits in it is sent once it opens again', async () => {
    const name = fresh();
    const item: SealedItem = { id: 'm1', kid: 'k', epk: '', iv: '', ct: '' };
    const first = await openDatabase(name, () => undefined);
    await first.put('sealed', item, 'm1');
    first.close();
    failing(name, 4);
    const second = await openGeneration(name, () => undefined);
    expect(second.name).not.toBe(name);
    await rescue(name, second);
    expect(await new SealedStore(second).all()).toEqual([]);
    second.close();
    vi.restoreAllMocks();
    const third = await openGeneration(name, () => undefined);
    expect(third.name).toBe(second.name);
    await rescue(name, third);
    expect(await new SealedStore(third).all()).toEqual([item]);
    expect((await indexedDB.databases()).map((each) => each.name)).not.toContain(name);
    third.close();
    await deleteDB(third.name);
  });

  test('other errors are not taken for it', async () => {
    const name = fresh();
    (await openDB(name, 9)).close();
    await expect(openGeneration(name, () => undefined)).rejects.toMatchObject({ name: 'VersionError' });
  });
});

describe('what is recorded', () => {
  test('lies there twice or not at all', async () => {
    const name = fresh();
    const database = await openDatabase(name, () => undefined);
    const cipher = new AesCipher(await newKey());
    const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
    const sealer = await Sealer.of({ kid: 'k', jwk: await crypto.subtle.exportKey('jwk', pair.publicKey) });
    const outbox = new OutboxStore(database, cipher);
    const record = (id: string) => outbox.record({ id, kind: 'note.add', staff: 'a', at: 'now', data: {} }, sealer);
    await record('m1');
    // The same id again is refused by the store: neither form may be written then.
    await database.put('outbox', { id: 'other', sealed: bytes('x') }, 2);
    await expect(record('m2')).rejects.toThrow();
    expect((await new SealedStore(database).all()).map(({ id }) => id)).toEqual(['m1']);
    database.close();
  });
});
