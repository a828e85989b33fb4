import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openDatabase } from '$lib/vault';
import { customer, FakeServer, offline, store } from './testing/fake-server';
import { LockedTab } from './testing/tablet';

let server: FakeServer;
let name: string;
let count = 0;

beforeEach(() => {
  server = new FakeServer();
  server.put('stores', store());
  server.put('customers', customer({ name: '한지영' }));
  name = `leaving-${++count}`;
});

afterEach(() => {
  LockedTab.closeAll();
});

/** Everything that lies in the tablet's database, as text. */
async function onDisk(): Promise<string> {
  const database = await openDatabase(name, () => undefined);
  const decoder = new TextDecoder();
  const all: unknown[] = [];
  for (const each of database.objectStoreNames) all.push(await database.getAllKeys(each), await database.getAll(each));
  database.close();
  return JSON.stringify(all, (_, value: unknown) => (value instanceof Uint8Array ? decoder.decode(value) : value));
}

describe('revocation', () => {
  test('soft: everything that waits is sent with more to come, then the tablet wipes, then the storage may be cleared', async () => {
    const tab = await LockedTab.begun(server, name);
    server.mishap = () => offline();
    for (let sale = 0; sale < 3; sale++) await tab.sell();
    server.mishap = () => null;
    server.revoked = 'soft';
    await tab.level();
    await vi.waitFor(() => expect(tab.lock).toMatchObject({ phase: 'wiped', wiped: { reason: 'revoked', sealed: 0 } }));
    expect(tab.told.sync.revoked).toBe(true);
    expect(server.applied).toHaveLength(3);
    await vi.waitFor(() => expect(server.cleared).toEqual(['push']));
    expect(await onDisk()).not.toContain('한지영');
  });

  test('soft, and it had not heard of a restore: what that forgot is sent again before the tablet wipes', async () => {
    const tab = await LockedTab.begun(server, name);
    await tab.sell();
    await tab.level();
    server.restore(new Date().toISOString(), () => false);
    server.revoked = 'soft';
    await tab.level();
    await vi.waitFor(() => expect(tab.lock).toMatchObject({ phase: 'wiped', wiped: { reason: 'revoked', sealed: 0 } }));
    expect(server.applied).toHaveLength(1);
  });

  test('soft, found out while locked: what waits goes sealed', async () => {
    const tab = await LockedTab.begun(server, name);
    server.mishap = () => offline();
    await tab.sell();
    await tab.guard.lockNow();
    await tab.level();
    server.mishap = () => null;
    server.revoked = 'soft';
    await tab.level();
    await vi.waitFor(() => expect(tab.lock).toMatchObject({ phase: 'wiped', wiped: { sealed: 0 } }));
    expect(server.applied).toHaveLength(1);
  });

  test('soft, and the server takes nothing now: the browser is not told to clear what is left', async () => {
    const tab = await LockedTab.begun(server, name);
    server.mishap = (call) => (call === 'push' || call === 'sealed' ? offline() : null);
    await tab.sell();
    server.revoked = 'soft';
    await tab.guard.lockNow();
    await tab.level();
    await vi.waitFor(() => expect(tab.lock).toMatchObject({ phase: 'wiped', wiped: { sealed: 1 } }));
    expect(server.cleared).toEqual([]);
    server.mishap = () => null;
    await tab.level();
    await vi.waitFor(() => expect(server.applied).toHaveLength(1));
  });

  test('hard: wiped at once, nothing is sent', async () => {
    const tab = await LockedTab.begun(server, name);
    server.mishap = () => offline();
    await tab.sell();
    server.mishap = () => null;
    server.revoked = 'hard';
    await tab.level();
    await vi.waitFor(() => expect(tab.lock).toMatchObject({ phase: 'wiped', wiped: { reason: 'revoked', sealed: 1 } }));
    expect(server.applied).toHaveLength(0);
  });
});
