import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { CopyStore, identityCipher, openDatabase, type Database } from '$lib/vault';
import { pullAll } from './pull';
import { TabletCopy } from './tablet-copy';
import { customer, FakeServer } from './testing/fake-server';
import type { CustomerRow } from './types';

const open: Database[] = [];
let count = 0;

async function tabletOn(name = `copy-${++count}`): Promise<TabletCopy> {
  const database = await openDatabase(name, () => undefined);
  open.push(database);
  const tablet = new TabletCopy(new CopyStore(database, identityCipher), () => undefined);
  await tablet.load();
  return tablet;
}

const sorted = (tablet: TabletCopy) => [...tablet.customers.all()].sort((one, other) => (one.id < other.id ? -1 : 1));
const level = (server: FakeServer, tablet: TabletCopy) => pullAll(server, tablet, { onRows: () => undefined, onContact: () => undefined, onRestored: () => Promise.resolve() });

afterEach(() => {
  for (const database of open.splice(0)) database.close();
});

describe('a copy', () => {
  test('keeps equal to a fresh snapshot, row for row, whatever changes and whenever it is folded or reopened', async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ does: fc.constant('put' as const), whom: fc.nat(15), points: fc.nat(9) }) },
      { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('delete' as const, 'remove' as const), whom: fc.nat(15) }) },
      fc.record({ does: fc.constantFrom('pull' as const, 'fold' as const, 'reopen' as const, 'start again' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const server = new FakeServer();
        const people = Array.from({ length: 16 }, (_, i) => customer({ name: `김${i}` }));
        server.put('customers', ...people.slice(0, 8));
        const name = `copy-${++count}`;
        let tablet = await tabletOn(name);
        await level(server, tablet);
        for (const each of steps) {
          if (each.does === 'put') server.put('customers', { ...(people[each.whom] as CustomerRow), points: each.points });
          else if (each.does === 'delete' || each.does === 'remove') server.take('customers', people[each.whom]?.id as string, each.does);
          else if (each.does === 'pull') await level(server, tablet);
          else if (each.does === 'fold') await tablet.fold();
          else if (each.does === 'reopen') tablet = await tabletOn(name);
          else server.epoch += '+';
        }
        await level(server, tablet);
        expect(sorted(tablet)).toEqual(server.all('customers'));
        expect(tablet.rows.customers).toBe(server.all('customers').length);
        const found = tablet.customers.search('김', 50).hits.map(({ row }) => row.id).sort();
        expect(found).toEqual(server.all('customers').map(({ id }) => id));
        expect(sorted(await tabletOn(name))).toEqual(server.all('customers'));
      }),
      { numRuns: 40 },
    );
  });

  test('of two tabs that pull the same page, one writes it', async () => {
    const server = new FakeServer();
    server.put('customers', customer());
    const name = `copy-${++count}`;
    const one = await tabletOn(name);
    await level(server, one);
    const other = await tabletOn(name);
    server.put('customers', customer({ name: '박새롬' }));
    await Promise.all([level(server, one), level(server, other)]);
    expect(sorted(one)).toEqual(server.all('customers'));
    expect(sorted(other)).toEqual(server.all('customers'));
    expect(sorted(await tabletOn(name))).toEqual(server.all('customers'));
  });

  test('ignores collections that it does not keep', async () => {
    const server = new FakeServer();
    const tablet = await tabletOn();
    await level(server, tablet);
    server.put('tasks', customer());
    await level(server, tablet);
    expect(tablet.rows).toEqual({ customers: 0, products: 0, stores: 0, wordings: 0, templates: 0, programme: 0, coupons: 0, grades: 0, risks: 0, cycles: 0, pairings: 0 });
  });
});
