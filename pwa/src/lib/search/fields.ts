// Which fields of a collection are searched, and how.

export type FieldSpec =
  /** Names: words, syllables, initial consonants. */
  | { kind: 'text'; field: string }
  /**
   * Numbers of things, one or many to a row. A query matches the whole code; from `prefixFrom` characters on its
   * start; from `suffixFrom` digits on its end.
   */
  | { kind: 'code'; field: string; prefixFrom: number; suffixFrom: number }
  /** Phones in E.164, one or many to a row: up to four digits are the start of the last four, more the number itself. */
  | { kind: 'phone'; field: string };

export interface IndexSpec {
  fields: FieldSpec[];
  /** Field with an ISO day by which equal matches are ordered, newest first. */
  recency: string | null;
}

export const CUSTOMERS: IndexSpec = {
  fields: [
    { kind: 'phone', field: 'phone' },
    { kind: 'phone', field: 'phones' },
    { kind: 'text', field: 'name' },
    { kind: 'text', field: 'name_latin' },
    { kind: 'text', field: 'name_han' },
    // Cards of one programme begin alike, so fewer than five digits would list everybody.
    { kind: 'code', field: 'cards', prefixFrom: 5, suffixFrom: 99 },
  ],
  recency: 'last_purchase_on',
};

export const PRODUCTS: IndexSpec = {
  fields: [
    { kind: 'code', field: 'sku', prefixFrom: 2, suffixFrom: 4 },
    { kind: 'code', field: 'barcode', prefixFrom: 4, suffixFrom: 4 },
    { kind: 'text', field: 'name' },
    { kind: 'text', field: 'name_latin' },
    { kind: 'text', field: 'brand' },
  ],
  recency: null,
};
