import { describe, expect, test } from 'vitest';
import { Block, BlockError, encodeBlock, type Row } from './block';

const bytes = (text: string) => new TextEncoder().encode(text);
const rows: Row[] = [
  { id: 'a', name: '김"민\\지', cards: ['1,2', ']'], basket: [['S1', 1, 900], ['S2', 2, 5]], preferences: [{ kind: '향', value: '}' }], n: null },
  { id: 'b', name: '', cards: [], basket: [], preferences: [], n: -1.5 },
  { id: 'c', name: '\u2028 {[', cards: ['3'], basket: [], preferences: [], n: 7 },
];
const fields = Object.keys(rows[0] as Row);

describe('a block', () => {
  test('gives back the rows that it was made of, cell by cell and column by column', () => {
    const block = new Block(encodeBlock('customers', fields, rows));
    expect(block.collection).toBe('customers');
    expect(block.rows).toBe(3);
    expect([0, 1, 2].map((row) => block.row(row))).toEqual(rows);
    for (const field of fields) expect(block.column(field)).toEqual(rows.map((row) => row[field]));
    expect(block.column('unknown')).toBeUndefined();
  });

  test('finds rows by any field that is unique', () => {
    const block = new Block(encodeBlock('customers', fields, rows));
    expect(['a', 'b', 'c', 'd', ''].map((id) => block.find(id))).toEqual([0, 1, 2, -1, -1]);
    expect(block.find('김"민\\지', 'name')).toBe(0);
  });

  test('may hold a column longer than sixteen bits count', () => {
    const long = Array.from({ length: 40 }, (_, i) => ({ id: `id-${i}`, memo: String(i).repeat(2_000) }));
    const block = new Block(encodeBlock('customers', ['id', 'memo'], long));
    expect([0, 20, 39].map((row) => block.row(row))).toEqual([long[0], long[20], long[39]]);
    expect(block.column('memo')).toEqual(long.map(({ memo }) => memo));
  });

  test.each([0, 1, 2, 1500])('may have %i rows', (count) => {
    const many = Array.from({ length: count }, (_, i) => ({ id: `id-${i}`, n: i }));
    const block = new Block(encodeBlock('products', ['id', 'n'], many));
    expect(block.rows).toBe(count);
    expect(block.column('n')).toEqual(many.map(({ n }) => n));
    expect(many.every(({ id }, row) => block.find(id) === row)).toBe(true);
  });

  test('reads what another encoder wrote with blanks', () => {
    const block = new Block(bytes('{ "collection": "stores", "fields": ["id", "n"], "columns": [ ["x", "y"], [1, 2] ] }'));
    expect(block.row(1)).toEqual({ id: 'y', n: 2 });
  });

  test.each(['', '[]', '{"collection":"c","fields":["id","n"],"columns":[["x"],[]', '{"collection":"c","fields":["id","n"],"columns":[["x"],[1,2]]}', '{"fields":["id"],"columns":[["x"]]}'])(
    'refuses %s',
    (body) => {
      expect(() => new Block(bytes(body))).toThrow(BlockError);
    },
  );
});
