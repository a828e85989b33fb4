import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { identityCipher, openDatabase, type Database, type Mutation } from '$lib/vault';
import { Keeper } from './keeper';
import type { Told } from './status';
import { customer, FakeServer, offline, problem, product, store } from './testing/fake-server';
import type { DuePart, PushResult, RiskRow } from './types';

/** A tablet's tab: its keeper and the last that it told the screens. */
class Tab {
  static count = 0;
  readonly told: Told = {};
  keeper!: Keeper;

  static async open(server: FakeServer, name: string): Promise<Tab> {
    const tab = new Tab();
    const database = await openDatabase(name, () => undefined);
    databases.push(database);
    const parts = { server, database, name, cipher: identityCipher, listener: (told: Told) => Object.assign(tab.told, told) };
    tab.keeper = await Keeper.open(parts, { staff: 'jiyoung', store: 'GN', pollEvery: 1e6 });
    open.push(tab.keeper);
    return tab;
  }

  async level(): Promise<void> {
    await this.keeper.syncNow();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }

  names(query: string): string[] {
    return this.keeper.findCustomers(query, 50).hits.map(({ row }) => row.name);
  }

  sell(customerId: string, sku = 'S1'): Promise<{ id: string }> {
    const lines = [{ sku, quantity: 1, amount: 89000 }];
    return this.keeper.record('sale.log', { customer_id: customerId, lines, currency: 'KRW', occurred_at: '2026-11-21T03:00:00Z' });
  }
}

const open: Keeper[] = [];
const databases: Database[] = [];
let server: FakeServer;
let name: string;
const minji = () => customer({ name: '김민지', last_purchase_on: '2026-11-01' });

beforeEach(() => {
  server = new FakeServer();
  server.put('stores', store());
  name = `test-${++Tab.count}`;
});

afterEach(() => {
  for (const keeper of open.splice(0)) keeper.close();
  for (const database of databases.splice(0)) database.close();
});

describe('the first sync', () => {
  test('brings every row, durable and searchable', async () => {
    server.put('customers', ...Array.from({ length: 10 }, (_, i) => customer({ name: `김${i}` })));
    server.put('products', product({ sku: 'S1' }));
    const tab = await Tab.open(server, name);
    await tab.level();
    expect(tab.told.state).toMatchObject({ phase: 'ready', rows: { customers: 10, products: 1, stores: 1 }, loaded: 12, expected: 12 });
    expect(tab.names('김')).toHaveLength(10);
    expect(tab.keeper.products(['S1', 'S2']).map(({ sku }) => sku)).toEqual(['S1']);
    expect(tab.keeper.stores()).toHaveLength(1);
  });

  test('goes on where it broke off: no block is fetched twice', async () => {
    server.put('customers', ...Array.from({ length: 12 }, () => customer()));
    let blocks = 0;
    server.mishap = (call) => (call === 'block' && ++blocks > 3 ? 'lost before' : null);
    const first = await Tab.open(server, name);
    await first.level();
    expect(first.told.state?.phase).not.toBe('ready');
    first.keeper.close();
    server.mishap = () => null;
    server.calls.length = 0;
    const second = await Tab.open(server, name);
    await second.level();
    expect(second.told.state?.phase).toBe('ready');
    expect(server.calls.filter((call) => call === 'block')).toHaveLength(2);
  });

  test('takes no damaged block', async () => {
    server.put('customers', customer());
    const { snapshot } = server;
    server.snapshot = async () => {
      const answer = await snapshot.call(server);
      server.damageBlocks();
      return answer;
    };
    const tab = await Tab.open(server, name);
    await tab.level();
    expect(tab.told.sync?.lastError?.code).toBe('block_corrupt');
    expect(tab.told.state?.phase).not.toBe('ready');
  });

  test('works on a server that has no blocks yet: the rows come with the pulls', async () => {
    const { snapshot } = server;
    server.snapshot = async () => ({ ...(await snapshot.call(server)), collections: {}, cursor: 'one/0' });
    server.put('customers', ...Array.from({ length: 5 }, () => customer()));
    const tab = await Tab.open(server, name);
    await tab.level();
    expect(tab.told.state).toMatchObject({ phase: 'ready', rows: { customers: 5, stores: 1 } });
  });
});

describe('who is due', () => {
  const today = new Date().toISOString().slice(0, 10);
  const daysAgo = (days: number) => new Date(Date.parse(today) - days * 86_400_000).toISOString().slice(0, 10);

  test('comes from blocks, newer rows and what was sold here, at most so many of each group', async () => {
    const buyer = (name: string, days: number, points = 0) => customer({ name, last_purchase_on: daysAgo(days), cycle_days: 30, purchase_gaps: [30, 30, 30], points });
    const sold = buyer('박방금', 50);
    server.put('customers', buyer('김늦음', 50), buyer('김부자', 50, 90_000), buyer('김곧', 28), buyer('김아직', 3), customer(), sold);
    const tab = await Tab.open(server, name);
    await tab.level();
    server.put('customers', buyer('최새로', 40), buyer('최오래', 90));
    await tab.level();
    server.mishap = () => 'lost before';
    await tab.keeper.record('sale.log', { customer_id: sold.id, lines: [], currency: 'KRW', occurred_at: new Date().toISOString() });
    const due = tab.keeper.due(2);
    expect(due.late).toMatchObject({ total: 3, rows: [{ row: { name: '김부자' } }, { row: { name: '김늦음' } }] });
    expect(due.soon).toMatchObject({ total: 1, rows: [{ row: { name: '김곧' } }] });
  });

  const risk = (id: string, stake: number): RiskRow => ({
    id, stake, worth: stake * 2, store: 'GN', chance: 18, currency: 'KRW', reasons: ['rhythm'], may_call: true, call_reason: null, since: '2026-11-01',
  });
  const names = ({ rows }: DuePart) => rows.map(({ row }) => row.name);

  test('whoever is at risk comes by what is at stake, until she was asked or bought here, and again when that was a mistake', async () => {
    const at = (name: string) => customer({ name, last_purchase_on: daysAgo(40), cycle_days: 21, purchase_gaps: [21, 21, 21] });
    const [small, great, buys] = [at('김작은'), at('김큰'), at('김구매')];
    server.put('customers', small, great, buys);
    server.put('risks', risk(small.id, 10_000), risk(great.id, 90_000), risk(buys.id, 50_000), risk('nobody', 99_000));
    const tab = await Tab.open(server, name);
    await tab.level();
    expect(names(tab.keeper.due(9).risk)).toEqual(['김큰', '김구매', '김작은']);
    expect(tab.keeper.due(9).late.total).toBe(0);
    server.mishap = () => 'lost before';
    const said = await tab.keeper.record('outreach.record', { customer_id: great.id, outcome: 'no_answer', occurred_at: new Date().toISOString() });
    await tab.keeper.record('sale.log', { customer_id: buys.id, lines: [], currency: 'KRW', occurred_at: new Date().toISOString() });
    expect(names(tab.keeper.due(9).risk)).toEqual(['김작은']);
    expect(tab.keeper.due(9).late.total).toBe(0);
    expect(tab.keeper.outlook(great.id).risk).toBeNull();
    await tab.keeper.record('outreach.take_back', { outreach_id: said.id });
    expect(names(tab.keeper.due(9).risk)).toEqual(['김큰', '김작은']);
    expect(tab.keeper.outlook(great.id).risk).toMatchObject({ stake: 90_000 });
  });

  test('an outcome that the server refuses leaves her on the list', async () => {
    const her = customer();
    server.put('customers', her);
    server.put('risks', risk(her.id, 10_000));
    const tab = await Tab.open(server, name);
    server.judge = ({ id }) => ({ id, status: 'rejected', code: 'invalid_data', message: 'no' });
    await tab.keeper.record('outreach.record', { customer_id: her.id, outcome: 'perhaps', occurred_at: new Date().toISOString() });
    await tab.level();
    expect(tab.keeper.due(9).risk.total).toBe(1);
  });

  test('who has bought once is expected like others of her store’s unit', async () => {
    const once = customer({ name: '김한번', last_purchase_on: daysAgo(28) });
    server.put('customers', once, customer({ last_purchase_on: daysAgo(28), home_store: null }));
    server.put('cycles', { id: 'similar-1', unit: 'DF', purchase_days: 1, cycle_twice: 60, members: 40 });
    const tab = await Tab.open(server, name);
    await tab.level();
    expect(tab.keeper.due(9).soon).toMatchObject({ total: 1, rows: [{ row: { name: '김한번' }, similar: 60 }] });
  });
});

describe('without the server', () => {
  test('a reopened tablet is ready from its own store', async () => {
    server.put('customers', customer({ name: '김하나' }));
    const first = await Tab.open(server, name);
    await first.level();
    server.put('customers', customer({ name: '김두리' }));
    await first.level();
    first.keeper.close();
    server.mishap = () => 'lost before';
    const second = await Tab.open(server, name);
    await second.level();
    expect(second.told.state?.phase).toBe('ready');
    expect(second.told.sync?.online).toBe(false);
    expect(second.names('김').sort()).toEqual(['김두리', '김하나']);
  });

  test('what was recorded survives the tab and is sent later, once', async () => {
    const who = minji();
    server.put('customers', who);
    const first = await Tab.open(server, name);
    await first.level();
    server.mishap = () => 'lost before';
    const { id } = await first.sell(who.id);
    // The tab is killed here: nothing is awaited after "saved".
    first.keeper.close();
    const second = await Tab.open(server, name);
    expect(second.keeper.customer(who.id)).toMatchObject({ last_purchase_on: '2026-11-21', pending: true, purchase_gaps: [20] });
    server.mishap = () => null;
    await second.level();
    expect(server.applied.map((mutation) => mutation.id)).toEqual([id]);
    expect(second.told.outbox).toMatchObject([{ id, state: 'applied' }]);
    expect(second.told.sync?.waiting).toBe(0);
  });
});

describe('pushing', () => {
  test('a reply lost after the server committed: one sale, one receipt', async () => {
    const who = minji();
    server.put('customers', who);
    const tab = await Tab.open(server, name);
    await tab.level();
    let lost = 0;
    server.mishap = (call) => (call === 'push' && lost++ === 0 ? 'lost after' : null);
    const { id } = await tab.sell(who.id);
    await tab.level();
    expect(tab.told.sync?.waiting).toBe(1);
    await tab.level();
    expect(server.applied).toHaveLength(1);
    expect(tab.told.outbox).toMatchObject([{ id, state: 'applied', result: { duplicate: true } }]);
  });

  test('one bad record among fifty is rejected alone', async () => {
    const tab = await Tab.open(server, name);
    server.mishap = () => 'lost before';
    for (let i = 0; i < 50; i++) await tab.keeper.record('note.add', { text: String(i) });
    server.mishap = () => null;
    server.judge = ({ id, data }) =>
      (data as { text: string }).text === '17' ? { id, status: 'rejected', code: 'invalid', message: '…' } : { id, status: 'applied' };
    await tab.level();
    expect(server.applied).toHaveLength(49);
    expect(tab.told.outbox?.filter(({ state }) => state === 'rejected')).toHaveLength(1);
    expect(tab.told.sync?.waiting).toBe(0);
  });

  test('a record that makes the server refuse its whole batch stays behind alone and is shown', async () => {
    const tab = await Tab.open(server, name);
    server.mishap = () => 'lost before';
    for (let i = 0; i < 20; i++) await tab.keeper.record('note.add', { text: String(i) });
    const isPoison = ({ data }: Mutation) => (data as { text: string }).text === '7';
    server.mishap = (_call, mutations) => (mutations?.some(isPoison) ? problem(500, 'internal') : null);
    await tab.level();
    expect(server.applied).toHaveLength(19);
    expect(tab.told.sync).toMatchObject({ waiting: 1, lastError: { code: 'internal' } });
    expect(tab.told.outbox?.find(({ state }) => state === 'waiting')?.problem?.code).toBe('internal');
  });

  test('an answer of unknown shape is no receipt: the record stays and a person is told', async () => {
    const tab = await Tab.open(server, name);
    await tab.level();
    server.judge = ({ id }) => ({ id, status: 'postponed' });
    await tab.keeper.record('note.add', { text: 'a' });
    await tab.level();
    expect(tab.told.sync).toMatchObject({ waiting: 1, lastError: { code: 'unreadable_answer' } });
    server.judge = ({ id }) => ({ id, status: 'applied' });
    await tab.level();
    expect(tab.told.sync).toMatchObject({ waiting: 0, lastError: null });
  });

  test('goes by batches of 200 in the order of seq', async () => {
    const tab = await Tab.open(server, name);
    await tab.level();
    server.mishap = () => 'lost before';
    for (let i = 0; i < 205; i++) await tab.keeper.record('note.add', { text: String(i) });
    const sizes: number[] = [];
    server.mishap = (call, mutations) => (call === 'push' && sizes.push(mutations?.length ?? 0), null);
    await tab.level();
    expect(sizes.filter((size) => size > 0)).toEqual([200, 5]);
    expect(server.applied.map(({ seq }) => seq)).toEqual(Array.from({ length: 205 }, (_, i) => i + 1));
  }, 30_000);

  test('an ended session stops reading, never sending', async () => {
    server.put('customers', customer());
    const tab = await Tab.open(server, name);
    await tab.level();
    server.mishap = (call) => (call === 'push' ? null : problem(401, 'session_expired'));
    await tab.keeper.record('note.add', { text: 'a' });
    await tab.level();
    expect(server.applied).toHaveLength(1);
    expect(tab.told.sync).toMatchObject({ sessionExpired: true, waiting: 0, online: true });
    server.mishap = () => null;
    await tab.level();
    expect(tab.told.sync?.sessionExpired).toBe(false);
  });

  test('a client that is too old is told so and still sends', async () => {
    const tab = await Tab.open(server, name);
    await tab.level();
    server.mishap = (call) => (call === 'push' ? null : problem(426, 'upgrade_required'));
    await tab.keeper.record('note.add', { text: 'a' });
    await tab.level();
    expect(tab.told.sync).toMatchObject({ upgradeRequired: true, waiting: 0 });
  });
});

describe('rows with pending edits', () => {
  test('an edit shows at once, is found by what it says, and gives way to the server', async () => {
    const who = minji();
    server.put('customers', who);
    const tab = await Tab.open(server, name);
    await tab.level();
    server.mishap = () => 'lost before';
    await tab.keeper.record('customer.edit', { customer_id: who.id, changes: { name: { from: '김민지', to: '박민지' } } });
    expect(tab.names('박')).toEqual(['박민지']);
    expect(tab.names('김')).toEqual([]);
    expect(tab.told.state?.rows.customers).toBe(1);
    server.judge = ({ id }) => {
      server.put('customers', { ...who, name: '박민지', points: 5 });
      return { id, status: 'applied' };
    };
    server.mishap = () => null;
    await tab.level();
    expect(tab.keeper.customer(who.id)).toEqual({ ...who, name: '박민지', points: 5 });
  });

  test('a refused edit shows what the server holds', async () => {
    const who = minji();
    server.put('customers', who);
    const tab = await Tab.open(server, name);
    await tab.level();
    server.judge = ({ id }): PushResult => ({ id, status: 'rejected', code: 'forbidden', message: '…' });
    await tab.keeper.record('customer.edit', { customer_id: who.id, changes: { name: { from: '김민지', to: '박민지' } } });
    await tab.level();
    expect(tab.names('김')).toEqual(['김민지']);
  });

  test('a new customer can be found and sold to before the server knows her', async () => {
    const tab = await Tab.open(server, name);
    await tab.level();
    server.mishap = () => 'lost before';
    const { id } = await tab.keeper.record('customer.register', { name: '이가은', phone: '+821011112222' });
    await tab.sell(id);
    expect(tab.keeper.findCustomers('2222', 5).hits[0]?.row).toMatchObject({ id, pending: true, last_purchase_on: '2026-11-21' });
  });
});

describe('when the copy is of no more use', () => {
  test.each([[409, 'epoch_changed'], [409, 'scope_changed'], [410, 'cursor_expired'], [422, 'validation_failed']])(
    '%i %s: a new snapshot, and the outbox is kept',
    async (status, code) => {
      server.put('customers', customer({ name: '김옛날' }));
      const tab = await Tab.open(server, name);
      await tab.level();
      server.rows.clear();
      server.put('stores', store());
      server.put('customers', customer({ name: '김오늘' }));
      let told = false;
      server.mishap = (call) => {
        if (call === 'push') return offline();
        if (call !== 'pull' || told) return null;
        told = true;
        return problem(status, code);
      };
      const recorded = tab.keeper.record('note.add', { text: 'a' });
      await recorded;
      await tab.level();
      expect(tab.told.sync?.waiting).toBe(1);
      server.mishap = (call) => (call === 'pull' && !told ? ((told = true), problem(status, code)) : null);
      await tab.level();
      expect(tab.names('김')).toEqual(['김오늘']);
      expect(server.applied).toHaveLength(1);
    },
  );
});

describe('two tabs of one tablet', () => {
  test('see what the other records, sends and pulls', async () => {
    const who = minji();
    server.put('customers', who);
    const one = await Tab.open(server, name);
    await one.level();
    const other = await Tab.open(server, name);
    await other.level();
    server.mishap = () => 'lost before';
    await one.keeper.record('customer.edit', { customer_id: who.id, changes: { memo: { from: null, to: '향 없는 제품' } } });
    await vi.waitFor(() => expect(other.keeper.customer(who.id)).toMatchObject({ memo: '향 없는 제품', pending: true }));
    server.mishap = () => null;
    server.put('customers', customer({ name: '박새롬' }));
    await one.level();
    await vi.waitFor(() => expect(other.names('박')).toEqual(['박새롬']));
    await vi.waitFor(() => expect(other.told.sync?.waiting).toBe(0));
  });

  test('an applied edit never gives way to the old row in the other tab', async () => {
    const who = minji();
    server.put('customers', who);
    const one = await Tab.open(server, name);
    await one.level();
    const other = await Tab.open(server, name);
    await other.level();
    const memo = () => other.keeper.customer(who.id)?.memo;
    server.mishap = (call) => (call === 'pull' ? 'lost before' : null);
    await one.keeper.record('customer.edit', { customer_id: who.id, changes: { memo: { from: null, to: '향 없는 제품' } } });
    await one.level();
    await vi.waitFor(() => expect(other.told.sync?.waiting).toBe(0));
    await vi.waitFor(() => expect(other.told.outbox?.at(-1)?.state).toBe('applied'));
    expect(memo()).toBe('향 없는 제품');
    server.mishap = () => null;
    server.put('customers', { ...who, memo: '향 없는 제품' });
    await one.level();
    await vi.waitFor(() => expect(other.keeper.customer(who.id)?.pending).toBeUndefined());
    expect(memo()).toBe('향 없는 제품');
  });

  test('both sending at once still sell once', async () => {
    const who = minji();
    server.put('customers', who);
    const one = await Tab.open(server, name);
    const other = await Tab.open(server, name);
    await Promise.all([one.level(), other.level()]);
    server.mishap = () => 'lost before';
    await one.sell(who.id);
    server.mishap = () => null;
    await Promise.all([one.level(), other.level()]);
    await Promise.all([one.level(), other.level()]);
    expect(server.applied).toHaveLength(1);
    expect(one.told.sync?.waiting).toBe(0);
  });
});
