import { describe, expect, test } from 'vitest';
import vectors from '../../../../tests/contract/customer_search.json';
import { CUSTOMERS, marks, PRODUCTS, search, Segment, type IndexSpec } from '.';

type Row = Record<string, unknown>;

function segmentOf(spec: IndexSpec, rows: Row[]): Segment {
  return new Segment(spec, rows.length, (field) => rows.map((row) => row[field] ?? null));
}

function find(spec: IndexSpec, rows: Row[], query: string, limit = 20): Row[] {
  const segment = segmentOf(spec, rows);
  return search(spec, [{ segment }], query, limit).places.map(({ row }) => rows[row] as Row);
}

const customers = Object.entries(vectors.customers).map(([key, row]) => ({ key, ...row }));

describe('customers', () => {
  test.each(vectors.cases)('$why: $query', ({ query, finds }) => {
    expect(find(CUSTOMERS, customers, query).map(({ key }) => key)).toEqual(finds);
  });

  test('of equal matches the most recent purchase comes first, and an exact name before a longer one', () => {
    const rows = [
      { name: '한별아', last_purchase_on: '2026-11-01' },
      { name: '한별', last_purchase_on: '2020-01-01' },
      { name: '김한별', last_purchase_on: '2026-11-20' },
      { name: '한별이', last_purchase_on: '2026-11-02' },
    ];
    expect(find(CUSTOMERS, rows, '한별').map(({ name }) => name)).toEqual(['한별', '한별이', '한별아', '김한별']);
  });

  test('the total counts every match, the list only the limit', () => {
    const rows = Array.from({ length: 50 }, (_, i) => ({ name: `김${i}` }));
    const found = search(CUSTOMERS, [{ segment: segmentOf(CUSTOMERS, rows) }], '김', 7);
    expect(found.total).toBe(50);
    expect(found.places.map(({ row }) => row)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('a row taken out of a segment is not found', () => {
    const segment = segmentOf(CUSTOMERS, [{ name: '김하나' }, { name: '김두리' }]);
    segment.dead[0] = 1;
    expect(search(CUSTOMERS, [{ segment }], '김', 9).places.map(({ row }) => row)).toEqual([1]);
  });

  test('rows of several segments are ranked together', () => {
    const older = { segment: segmentOf(CUSTOMERS, [{ name: '김하나', last_purchase_on: '2026-01-01' }]) };
    const newer = { segment: segmentOf(CUSTOMERS, [{ name: '김두리', last_purchase_on: '2026-02-01' }]) };
    expect(search(CUSTOMERS, [older, newer], '김', 9).places.map(({ source }) => source)).toEqual([newer, older]);
  });
});

describe('products', () => {
  const products = [
    { sku: 'HN-1001', barcode: '8801234567890', name: '하늘담 수분크림 50ml', name_latin: 'Haneuldam Moisture Cream', brand: '하늘담' },
    { sku: 'HN-1002', barcode: '8801234567906', name: '하늘담 수분토너', name_latin: 'Haneuldam Toner', brand: '하늘담' },
    { sku: 'MR-2001', barcode: null, name: '미르 위스키 12년', name_latin: 'Mir Whisky 12 Years', brand: 'Mir' },
  ];
  test.each([
    ['hn-1001', ['HN-1001']],
    ['hn10', ['HN-1001', 'HN-1002']],
    ['8801234567906', ['HN-1002']],
    ['880123', ['HN-1001', 'HN-1002']],
    ['7890', ['HN-1001']],
    ['ㅅㅂㅋㄹ', ['HN-1001']],
    ['하늘담 ㅌㄴ', ['HN-1002']],
    ['cream', ['HN-1001']],
    ['mir', ['MR-2001']],
    ['50', ['HN-1001']],
    ['위스키 12', ['MR-2001']],
  ])('%s', (query, skus) => {
    expect(find(PRODUCTS, products, query).map(({ sku }) => sku)).toEqual(skus);
  });
});

describe('marks', () => {
  const stretches = (query: string, key: keyof typeof vectors.customers) => {
    const row = vectors.customers[key] as Row;
    const { terms } = search(CUSTOMERS, [{ segment: segmentOf(CUSTOMERS, [row]) }], query, 1);
    return marks(CUSTOMERS, row, terms).map(({ field, start, end }) => {
      const [name, index] = field.split('.');
      const value = row[name as string];
      return [field, String(index === undefined ? value : (value as string[])[Number(index)]).slice(start, end)];
    });
  };
  test.each<[string, keyof typeof vectors.customers, string[][]]>([
    ['48', 'minji', [['phone', '48']]],
    ['010-1234', 'minji', [['phone', '101234']]],
    ['김ㅁㅈ', 'minji', [['name', '김민지']]],
    ['김믽', 'minji', [['name', '김민지']]],
    ['남궁민', 'namgung', [['name', '남궁 민']]],
    ['minji kim', 'minji', [['name_latin', 'Minji'], ['name_latin', 'Kim']]],
    ['zoe', 'zoe', [['name', 'Zoé'], ['name_latin', 'Zoé']]],
    ['91001', 'minji', [['cards.0', '91001']]],
  ])('%s in %s', (query, key, expected) => {
    expect(stretches(query, key)).toEqual(expected);
  });
});
