import type { Book, CustomerRow, SearchAnswer } from '$lib/book';
import { describe, expect, test } from 'vitest';
import { Finder } from './finder.svelte';

/** A book whose answers come when the test says so. */
class SlowBook {
  readonly asked: { query: string; answer: () => void }[] = [];

  findCustomers(query: string): Promise<SearchAnswer<CustomerRow>> {
    return new Promise((resolve) => {
      const row = { id: query } as CustomerRow;
      this.asked.push({ query, answer: () => resolve({ query, hits: [{ row, marks: [] }], total: 1, more: false }) });
    });
  }
}

function setUp(): { book: SlowBook; finder: Finder } {
  const book = new SlowBook();
  return { book, finder: new Finder(book as unknown as Book) };
}
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('finder', () => {
  test('an older answer that arrives late never replaces a newer one', async () => {
    const { book, finder } = setUp();
    void finder.type('김');
    void finder.type('김민');
    book.asked[1]?.answer();
    await settle();
    book.asked[0]?.answer();
    await settle();
    expect(finder.answer.query).toBe('김민');
  });

  test('while a finger is on the list nothing moves under it', async () => {
    const { book, finder } = setUp();
    void finder.type('김');
    finder.hold();
    book.asked[0]?.answer();
    await settle();
    expect(finder.answer.hits).toHaveLength(0);
    finder.release();
    expect(finder.answer.query).toBe('김');
  });

  test('an empty field asks nobody', async () => {
    const { book, finder } = setUp();
    await finder.type('  ');
    expect(book.asked).toHaveLength(0);
    expect(finder.answer).toMatchObject({ query: '  ', hits: [] });
  });
});
