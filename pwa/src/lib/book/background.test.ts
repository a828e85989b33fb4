import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { customer, FakeServer, offline, store } from './testing/fake-server';
import { LockedTab } from './testing/tablet';

let server: FakeServer;
let name: string;
let count = 0;

beforeEach(() => {
  server = new FakeServer();
  server.put('stores', store());
  server.put('customers', customer());
  name = `background-${++count}`;
});

afterEach(() => LockedTab.closeAll());

/** Notes that a card was opened. */
function view(tab: LockedTab, customerId = 'c1'): Promise<{ id: string }> {
  const entries = [{ customer_id: customerId, what: 'card', at: new Date().toISOString() }];
  return tab.book.record('access.report', { entries });
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 20));
const applied = () => server.applied.map(({ id }) => id);

describe('the note of a card that was opened', () => {
  test('waits for the next round, and goes in its place before what was done after it', async () => {
    const tab = await LockedTab.begun(server, name);
    server.calls.length = 0;
    const seen = await view(tab);
    await turn();
    expect(server.calls).toEqual([]);
    const sold = await tab.sell();
    await tab.level();
    expect(applied()).toEqual([seen.id, sold.id]);
    expect(server.applied[0]).toMatchObject({ kind: 'access.report', staff: 'jiyoung', data: { entries: [{ customer_id: 'c1', what: 'card' }] } });
  });

  test('goes by itself at the pace of the rounds', async () => {
    const tab = await LockedTab.begun(server, name);
    await tab.guard.open({ staff: 'jiyoung', store: 'GN', pollEvery: 30 });
    await tab.level();
    const { id } = await view(tab);
    await vi.waitFor(() => expect(applied()).toEqual([id]));
  });

  test('is not listed and not counted, whatever becomes of it', async () => {
    const tab = await LockedTab.begun(server, name);
    server.mishap = () => offline();
    await view(tab);
    const sold = await tab.sell();
    await tab.level();
    expect(tab.told).toMatchObject({ sync: { waiting: 1 }, outbox: [{ id: sold.id, state: 'waiting' }] });
    server.mishap = () => null;
    server.judge = ({ id, kind }) => (kind === 'access.report' ? { id, status: 'rejected', code: 'unknown_kind' } : { id, status: 'applied', flags: [] });
    await tab.level();
    expect(server.receipts.size).toBe(2);
    expect(tab.told).toMatchObject({ sync: { waiting: 0 }, outbox: [{ id: sold.id, state: 'applied' }] });
  });

  test('leaves no room taken from the answers that people look for', async () => {
    const tab = await LockedTab.begun(server, name);
    server.mishap = () => offline();
    const sold = await tab.sell();
    for (let i = 0; i < 205; i++) await view(tab, `c${i}`);
    server.mishap = () => null;
    await tab.level();
    expect(server.applied).toHaveLength(206);
    expect(tab.told.outbox).toMatchObject([{ id: sold.id, state: 'applied' }]);
  }, 30_000);

  test('outlives the tab that is killed', async () => {
    const tab = await LockedTab.begun(server, name);
    server.mishap = () => offline();
    const { id } = await view(tab);
    tab.close();
    server.mishap = () => null;
    const again = await LockedTab.start(server, name);
    await again.unlock();
    await again.sit();
    await vi.waitFor(() => expect(applied()).toEqual([id]));
  });

  test('is told again to a server that was restored from a backup', async () => {
    const tab = await LockedTab.begun(server, name);
    const { id } = await view(tab);
    await tab.level();
    server.restore(new Date(Date.now() - 60_000).toISOString(), () => false);
    expect(applied()).toEqual([]);
    await tab.level();
    expect(applied()).toEqual([id]);
  });

  test('outlives a wipe, sealed, and is no entry that anybody is told of', async () => {
    const tab = await LockedTab.begun(server, name);
    server.mishap = () => offline();
    const seen = await view(tab);
    const sold = await tab.sell();
    await tab.guard.wipe();
    await tab.level();
    expect(tab.lock.wiped).toMatchObject({ sealed: 1 });
    const sent: object[] = [];
    const { sealed } = server;
    server.sealed = (items, more) => (sent.push(...items), sealed.call(server, items, more));
    server.mishap = () => null;
    await tab.level();
    await vi.waitFor(() => expect(applied()).toEqual([seen.id, sold.id]));
    expect(tab.lock.wiped).toMatchObject({ sealed: 0 });
    // What the tablet marks for itself is not the server's business.
    for (const item of sent) expect(Object.keys(item).sort()).toEqual(['ct', 'epk', 'id', 'iv', 'kid']);
  });

  test('alone on a wiped tablet is sent and counts as nothing', async () => {
    const tab = await LockedTab.begun(server, name);
    server.mishap = () => offline();
    const { id } = await view(tab);
    await tab.guard.wipe();
    expect(tab.lock.wiped).toMatchObject({ sealed: 0 });
    server.mishap = () => null;
    await tab.level();
    await vi.waitFor(() => expect(applied()).toEqual([id]));
  });

  test('that finds no room is said like any other', async () => {
    const tab = await LockedTab.begun(server, name);
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    await expect(view(tab)).rejects.toMatchObject({ code: 'storage_full' });
    await turn();
    expect(tab.told.sync).toMatchObject({ storage: { quota: 'full' }, waiting: 0 });
  });
});
