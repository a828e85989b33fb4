import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CardViews } from './card-views';

/** A book that notes what it is told, for whoever is at it, or refuses to. */
class FakeBook {
  readonly lock = { staff: 'jiyoung' as string | null };
  readonly noted: { staff: string | null; kind: string; data: unknown }[] = [];
  full = false;

  record(kind: string, data: unknown): Promise<{ id: string }> {
    if (this.full) return Promise.reject(new Error('storage_full'));
    this.noted.push({ staff: this.lock.staff, kind, data });
    return Promise.resolve({ id: 'm1' });
  }

  /** Who looked at whom, in order. */
  get views(): string[] {
    return this.noted.map(({ staff, data }) => `${staff} ${(data as { entries: { customer_id: string }[] }).entries[0]?.customer_id}`);
  }
}

let book: FakeBook;
let views: CardViews;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-21T05:00:00Z') });
  book = new FakeBook();
  views = new CardViews(book as unknown as ConstructorParameters<typeof CardViews>[0]);
});

afterEach(() => void vi.useRealTimers());

const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

test('a view is noted with whose card it was and when', async () => {
  await views.opened('c1');
  const entries = [{ customer_id: 'c1', what: 'card', at: '2026-11-21T05:00:00.000Z' }];
  expect(book.noted).toEqual([{ staff: 'jiyoung', kind: 'access.report', data: { entries } }]);
});

test('going back and forth within a minute is one view, and a minute later another', async () => {
  await Promise.all([views.opened('c1'), views.opened('c1')]);
  later(59);
  await views.opened('c1');
  expect(book.views).toEqual(['jiyoung c1']);
  later(1);
  await views.opened('c1');
  expect(book.views).toEqual(['jiyoung c1', 'jiyoung c1']);
});

test('another person and another customer are views of their own', async () => {
  await views.opened('c1');
  await views.opened('c2');
  book.lock.staff = 'sora';
  await views.opened('c1');
  expect(book.views).toEqual(['jiyoung c1', 'jiyoung c2', 'sora c1']);
});

test('what the server has just given out is not noted again; the card held from it is, later', async () => {
  views.fetched('c1');
  await views.opened('c1');
  expect(book.views).toEqual([]);
  later(60);
  await views.opened('c1');
  expect(book.views).toEqual(['jiyoung c1']);
});

test('what could not be noted is said, and tried again with the next opening', async () => {
  book.full = true;
  await expect(views.opened('c1')).rejects.toThrow('storage_full');
  book.full = false;
  await views.opened('c1');
  expect(book.views).toEqual(['jiyoung c1']);
});

test('a clock that is set back keeps no view from being noted', async () => {
  await views.opened('c1');
  later(-3600);
  await views.opened('c1');
  expect(book.views).toEqual(['jiyoung c1', 'jiyoung c1']);
});
