import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openDatabase } from '$lib/vault';
import { customer, FakeServer, offline, problem, store } from './testing/fake-server';
import { LockedTab } from './testing/tablet';

let server: FakeServer;
let name: string;
let count = 0;

beforeEach(() => {
  server = new FakeServer();
  server.put('stores', store());
  server.put('customers', customer({ name: '김민지' }));
  name = `trouble-${++count}`;
});

afterEach(() => {
  LockedTab.closeAll();
  vi.restoreAllMocks();
});

/** Writing to these stores of the database finds no room, as often as said: the transaction fails, as browsers do it. */
function noRoom(stores: string[], times = Infinity): { left: number } {
  const state = { left: times };
  for (const method of ['put', 'add'] as const) {
    const write = IDBObjectStore.prototype[method];
    vi.spyOn(IDBObjectStore.prototype, method).mockImplementation(function (this: IDBObjectStore, ...args) {
      const request = write.apply(this, args);
      if (stores.includes(this.name) && state.left-- > 0) {
        const transaction = this.transaction as unknown as { _abort(reason: string): void };
        queueMicrotask(() => transaction._abort('QuotaExceededError'));
      }
      return request;
    });
  }
  return state;
}

describe('without room', () => {
  test('recording fails before anything says saved, and nothing of it is there afterwards', async () => {
    const tab = await LockedTab.begun(server, name);
    const room = noRoom(['sealed']);
    await expect(tab.sell()).rejects.toMatchObject({ code: 'storage_full' });
    await vi.waitFor(() => expect(tab.told.sync.storage?.quota).toBe('full'));
    room.left = 0;
    await tab.level();
    expect(tab.told.sync.waiting).toBe(0);
    expect(server.applied).toHaveLength(0);
    const { id } = await tab.sell();
    await tab.level();
    expect(server.applied.map((mutation) => mutation.id)).toEqual([id]);
  });

  test('a pull folds the overlay and goes on', async () => {
    const tab = await LockedTab.begun(server, name);
    server.put('customers', customer({ name: '박새롬' }));
    await tab.level();
    server.put('customers', customer({ name: '최새로' }));
    noRoom(['pages'], 1);
    await tab.level();
    expect([...tab.names('박'), ...tab.names('최')]).toEqual(['박새롬', '최새로']);
    expect(tab.told.sync.lastError).toBeNull();
  });

  test('at last the copy is dropped, never the outbox; rows stay in use and come back with room', async () => {
    const tab = await LockedTab.begun(server, name);
    server.mishap = (call) => (call === 'push' ? offline() : null);
    await tab.sell();
    await tab.level();
    server.mishap = () => null;
    server.judge = ({ id }) => ({ id, status: 'applied' });
    server.put('customers', customer({ name: '박새롬' }));
    const room = noRoom(['pages', 'blocks', 'copy']);
    await tab.level();
    await vi.waitFor(() => expect(tab.told.sync.storage?.quota).toBe('full'));
    expect(tab.told.sync.lastError?.code).toBe('storage_full');
    expect(tab.names('김')).toEqual(['김민지']);
    expect(server.applied).toHaveLength(1);
    room.left = 0;
    await tab.level();
    expect(tab.names('박')).toEqual(['박새롬']);
    expect(tab.told.sync.lastError).toBeNull();
  });

  test('little room is said ahead', async () => {
    vi.stubGlobal('navigator', { storage: { estimate: () => Promise.resolve({ quota: 100 << 20, usage: 95 << 20 }) } });
    const tab = await LockedTab.begun(server, name);
    await vi.waitFor(() => expect(tab.told.sync.storage).toEqual({ persisted: null, quota: 'low' }));
    tab.guard.persisted(false);
    await vi.waitFor(() => expect(tab.told.sync.storage).toEqual({ persisted: false, quota: 'low' }));
    vi.unstubAllGlobals();
  });
});

describe('what the browser took away', () => {
  test('is noticed and downloaded again', async () => {
    const tab = await LockedTab.start(server, name, { hadBook: true });
    expect(tab.told.sync.evicted).toBe(true);
    await tab.guard.protect({ staff: 'jiyoung', name: '한지영', password: 'correct horse battery' });
    await tab.sit();
    expect(tab.told.sync.evicted).toBe(true);
    expect(tab.names('김')).toEqual(['김민지']);
  });

  test('of a book that is new nobody says so', async () => {
    const tab = await LockedTab.begun(server, name);
    expect(tab.told.sync.evicted).toBe(false);
  });

  test.each(['blocks', 'pages', 'copy'] as const)('a loss of %s alone is healed by a new snapshot; the outbox is not touched', async (what) => {
    const first = await LockedTab.begun(server, name);
    server.put('customers', customer({ name: '박새롬' }));
    await first.level();
    server.mishap = () => offline();
    const { id } = await first.sell();
    first.close();
    const database = await openDatabase(name, () => undefined);
    for (const key of await database.getAllKeys(what)) {
      if (what === 'blocks') await database.delete(what, key as string);
      else if (what === 'pages') await database.put(what, new Uint8Array(40), key as number);
      else await database.put(what, { revision: 9, sealed: new Uint8Array(40) }, key as 'copy');
    }
    database.close();
    server.mishap = () => null;
    const second = await LockedTab.start(server, name);
    await second.unlock();
    await second.sit();
    expect(second.names('김')).toEqual(['김민지']);
    expect(second.names('박')).toEqual(['박새롬']);
    expect(second.told.sync.evicted).toBe(true);
    expect(server.applied.map((mutation) => mutation.id)).toEqual([id]);
  });

  test('an entry that its own key no longer opens is sent in its other form', async () => {
    const first = await LockedTab.begun(server, name);
    server.mishap = () => offline();
    const { id } = await first.sell();
    first.close();
    const database = await openDatabase(name, () => undefined);
    await database.put('outbox', { id, sealed: new Uint8Array(40) }, 1);
    database.close();
    server.mishap = () => null;
    const second = await LockedTab.start(server, name);
    await second.unlock();
    await second.sit();
    await second.level();
    expect(server.applied.map((mutation) => mutation.id)).toEqual([id]);
  });
});

describe('a server restored from a backup', () => {
  const at = (milliseconds: number) => new Date(milliseconds).toISOString();

  test('is told again everything that it receipted since, once, in any number of restores', async () => {
    const tab = await LockedTab.begun(server, name);
    const first = await tab.sell('first');
    await tab.level();
    for (let round = 0; round < 3; round++) {
      const second = await tab.sell(`second ${round}`);
      await tab.level();
      server.restore(at(Date.now() - 1000), ({ id }) => id === first.id);
      await tab.level();
      expect(server.applied.filter(({ id }) => id === second.id)).toHaveLength(1);
    }
    expect(server.applied).toHaveLength(4);
    expect(tab.told.sync.waiting).toBe(0);
    expect(tab.told.outbox).toHaveLength(4);
  });

  test('is not told what is older than the backup, and everything where it does not say how old that is', async () => {
    const tab = await LockedTab.begun(server, name);
    await tab.sell();
    await tab.level();
    server.calls.length = 0;
    server.restore(at(Date.now() + 600_000), () => true);
    await tab.level();
    expect(server.calls).not.toContain('push');
    server.restore('unknown', () => false);
    await tab.level();
    expect(server.applied).toHaveLength(1);
  });

  test('counts by its own clock, however wrong that of the tablet is', async () => {
    server.ahead = 3 * 24 * 3_600_000;
    const tab = await LockedTab.begun(server, name);
    await tab.sell();
    await tab.level();
    server.restore(at(Date.now() + server.ahead - 60_000), () => false);
    await tab.level();
    expect(server.applied).toHaveLength(1);
  });

  test('what waits to be told again outlives the tab', async () => {
    const first = await LockedTab.begun(server, name);
    await first.sell();
    await first.level();
    server.restore(at(Date.now() - 1000), () => false);
    server.mishap = (call) => (call === 'snapshot' || call === 'push' ? offline() : null);
    await first.level();
    expect(first.told.sync.waiting).toBe(1);
    first.close();
    server.mishap = () => null;
    const second = await LockedTab.start(server, name);
    await second.unlock();
    await second.sit();
    expect(server.applied).toHaveLength(1);
  });

  test('a second time before its new copy was taken is told everything: nobody can say what it forgot', async () => {
    const tab = await LockedTab.begun(server, name);
    await tab.sell();
    await tab.level();
    server.restore(at(Date.now() + 600_000), () => true);
    server.mishap = (call) => {
      if (call !== 'snapshot') return null;
      server.mishap = () => null;
      server.restore(at(Date.now() + 600_000), () => false);
      return null;
    };
    await tab.level();
    expect(server.epoch).toBe('one++');
    expect(server.applied).toHaveLength(1);
  });

  test('while the tablet had no room for its rows is told everything', async () => {
    const tab = await LockedTab.begun(server, name);
    await tab.sell();
    await tab.level();
    server.put('customers', customer({ name: '박새롬' }));
    const room = noRoom(['pages', 'blocks', 'copy']);
    await tab.level();
    await vi.waitFor(() => expect(tab.told.sync.lastError?.code).toBe('storage_full'));
    server.restore(at(Date.now() + 600_000), () => false);
    room.left = 0;
    await tab.level();
    expect(server.applied).toHaveLength(1);
  });

  test('is not told again what it had refused and a person has dealt with', async () => {
    const tab = await LockedTab.begun(server, name);
    server.judge = ({ id, data }) => {
      const refused = (data as { note: string }).note === 'refused';
      return refused ? { id, status: 'rejected', code: 'invalid_data', message: '…' } : { id, status: 'applied' };
    };
    const { id } = await tab.sell('refused');
    await tab.level();
    await tab.book.resend(id, { note: 'corrected' });
    await tab.level();
    server.judge = (mutation) => ({ id: mutation.id, status: 'applied' });
    server.receipts.clear();
    server.restore(at(Date.now() - 1000), () => false);
    await tab.level();
    expect(server.applied.map(({ data }) => (data as { note: string }).note)).toEqual(['corrected']);
  });
});

describe('what needs attention', () => {
  test('a refused entry is sent again under a new id, corrected, and counts as seen', async () => {
    const tab = await LockedTab.begun(server, name);
    server.judge = ({ id }) => ({ id, status: 'rejected', code: 'invalid_data', message: '…' });
    const { id } = await tab.book.record('customer.register', { name: '' });
    await tab.level();
    expect(tab.told.outbox).toMatchObject([{ id, state: 'rejected' }]);
    expect(tab.told.outbox?.[0]?.seenAt).toBeUndefined();
    server.judge = (mutation) => ({ id: mutation.id, status: 'applied' });
    const again = await tab.book.resend(id, { name: '이가은' });
    await tab.level();
    expect(again.id).not.toBe(id);
    expect(server.applied).toMatchObject([{ id: again.id, kind: 'customer.register', data: { name: '이가은' } }]);
    expect(tab.told.outbox).toMatchObject([{ id, state: 'rejected', seenAt: expect.any(String) as string }, { id: again.id, state: 'applied' }]);
  });

  test('what is marked as seen stays so, in every tab and after a reload', async () => {
    const tab = await LockedTab.begun(server, name);
    const other = await LockedTab.start(server, name);
    await other.sit();
    server.judge = ({ id }) => ({ id, status: 'rejected', code: 'invalid_data', message: '…' });
    const { id } = await tab.sell();
    await tab.level();
    await vi.waitFor(() => expect(other.told.outbox).toMatchObject([{ id, state: 'rejected' }]));
    await tab.book.dismiss(id);
    await vi.waitFor(() => expect(other.told.outbox?.[0]?.seenAt).toBeDefined());
    tab.close();
    other.close();
    const again = await LockedTab.start(server, name);
    await again.unlock();
    await again.sit();
    expect(again.told.outbox).toMatchObject([{ id, state: 'rejected', seenAt: expect.any(String) as string }]);
    await expect(again.book.dismiss('unknown')).rejects.toMatchObject({ code: 'unknown_entry' });
  });
});

describe('a card found online', () => {
  const afar = customer({ name: '이온라인', phone: '+821055556666' });

  test('can be found and sold to, and is there after a reload on the same day', async () => {
    const tab = await LockedTab.begun(server, name);
    const other = await LockedTab.start(server, name);
    await other.sit();
    await tab.book.hold(afar);
    expect(tab.names('6666')).toEqual(['이온라인']);
    await vi.waitFor(() => expect(other.names('6666')).toEqual(['이온라인']));
    await tab.book.record('sale.log', { customer_id: afar.id, lines: [], currency: 'KRW', occurred_at: new Date().toISOString() });
    expect(tab.book.customer(afar.id)).toMatchObject({ pending: true, last_purchase_on: expect.any(String) as string });
    expect(tab.names('6666')).toEqual(['이온라인']);
    tab.close();
    other.close();
    const again = await LockedTab.start(server, name);
    await again.unlock();
    await again.sit();
    expect(again.names('6666')).toEqual(['이온라인']);
  });

  test('never takes the place of a row of the copy, and gives way to one that comes', async () => {
    const tab = await LockedTab.begun(server, name);
    const own = tab.book.findCustomers('김', 1).hits[0]?.row;
    await tab.book.hold({ ...(own as typeof afar), name: '김가짜' });
    expect(tab.names('김')).toEqual(['김민지']);
    await tab.book.hold(afar);
    server.put('customers', { ...afar, name: '이새것' });
    await tab.level();
    expect(tab.names('6666')).toEqual(['이새것']);
  });

  test('is let go when the day of the store has ended', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    // 23:50 in Seoul.
    vi.setSystemTime(new Date('2026-11-22T14:50:00Z'));
    const tab = await LockedTab.begun(server, name);
    await tab.book.hold(afar);
    vi.setSystemTime(new Date('2026-11-22T14:59:00Z'));
    await tab.level();
    expect(tab.names('6666')).toEqual(['이온라인']);
    vi.setSystemTime(new Date('2026-11-22T15:01:00Z'));
    await tab.level();
    expect(tab.names('6666')).toEqual([]);
    const database = await openDatabase(name, () => undefined);
    expect(await database.get('copy', 'held')).toBeUndefined();
    database.close();
    vi.useRealTimers();
  });
});

describe('hints of the server', () => {
  test('are followed by a pull, where the server gives any', async () => {
    server.terms_ = { events: true };
    const tab = await LockedTab.begun(server, name);
    await vi.waitFor(() => expect(tab.told.sync.events).toBe(true));
    server.put('customers', customer({ name: '박새롬' }));
    server.hint();
    await vi.waitFor(() => expect(tab.names('박')).toEqual(['박새롬']));
    server.calls.length = 0;
    server.hint();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(server.calls).toEqual([]);
    tab.close();
    await vi.waitFor(() => expect(server.listening.size).toBe(0));
  });

  test('are not asked for where there are none', async () => {
    await LockedTab.begun(server, name);
    expect(server.calls).not.toContain('events');
  });
});

describe('a clock that is wrong', () => {
  test.each([[-86_400_000, true], [-60_000, false], [60_000, false], [86_400_000, true]])('a server %d ms ahead: said %s', async (ahead, said) => {
    server.ahead = ahead;
    const tab = await LockedTab.begun(server, name);
    const off = tab.told.sync.clockOff;
    if (said) expect(Math.abs((off ?? 0) + ahead)).toBeLessThan(2000);
    else expect(off).toBeNull();
  });
});

describe('another schema', () => {
  test('an app that is too old says so, and goes on sending', async () => {
    const tab = await LockedTab.begun(server, name);
    server.mishap = (call) => (call === 'pull' ? problem(426, 'upgrade_required') : null);
    await tab.sell();
    await tab.level();
    expect(tab.told.sync.upgradeRequired).toBe(true);
    expect(server.applied).toHaveLength(1);
  });
});

describe('blocks', () => {
  test('may come packed', async () => {
    server.packs = true;
    server.put('customers', ...Array.from({ length: 5 }, (_, i) => customer({ name: `박${i}` })));
    const tab = await LockedTab.begun(server, name);
    expect(tab.names('박')).toHaveLength(5);
    tab.close();
    server.mishap = () => offline();
    const again = await LockedTab.start(server, name);
    await again.unlock();
    await again.sit();
    expect(again.names('박')).toHaveLength(5);
  });
});
