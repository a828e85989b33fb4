import { m } from '$lib/i18n/paraglide/messages';
import { fieldName, preferenceName } from '$lib/i18n/words';
import type { IconName } from '$lib/ui/icons';

/** What a file may hold. */
export const KINDS = ['members', 'products', 'sales'] as const;
export type Kind = (typeof KINDS)[number];

interface Words {
  icon: IconName;
  name: () => string;
  text: () => string;
  key: () => string;
  keyMissing: () => string;
  created: () => string;
  /** Null where nothing is ever changed: then no row repeats another one, either. */
  changed: (() => string) | null;
  undone: () => string;
  undo: (counts: { created: string; changed: string }) => string;
  /** Whose numbers they are, where the file has any that are only known to another system. */
  source: (() => string) | null;
  sourceHint: () => string;
  /** What must be known before the check. */
  note: (() => string) | null;
  fields: Record<string, () => string>;
}

const members: Words = {
  icon: 'users', name: m.import_kind_members, text: m.import_kind_members_text, key: m.import_key, keyMissing: m.import_key_missing,
  created: m.import_count_new, changed: m.import_count_changed, undone: m.import_undone, undo: m.import_undo_text,
  source: m.import_source, sourceHint: m.import_source_hint, note: null,
  fields: { source_key: m.import_field_source_key, unit: m.import_field_unit, store: m.import_field_store },
};

const products: Words = {
  icon: 'tag', name: m.import_kind_products, text: m.import_kind_products_text, key: m.import_key_products,
  keyMissing: m.import_key_products_missing, created: m.import_count_new_products, changed: m.import_count_changed_products,
  undone: m.import_undone_products, undo: m.import_undo_text_products,
  source: null, sourceHint: m.import_source_hint, note: null,
  fields: {
    sku: m.import_field_sku, barcode: m.import_field_barcode, name: m.import_field_product_name, name_latin: m.import_field_product_latin,
    brand: m.import_field_brand, category: m.import_field_category, price: m.import_field_price, currency: m.import_field_currency,
    unit: m.import_field_product_unit,
  },
};

const sales: Words = {
  icon: 'receipt', name: m.import_kind_sales, text: m.import_kind_sales_text, key: m.import_key_sales, keyMissing: m.import_key_sales_missing,
  created: m.import_count_new_sales, changed: null, undone: m.import_undone_sales, undo: m.import_undo_text_sales,
  source: m.import_source_sales, sourceHint: m.import_source_sales_hint, note: m.import_sales_facts,
  fields: {
    receipt: m.import_field_receipt, store: m.import_field_sale_store, sold_at: m.import_field_sold_at, time: m.import_field_time,
    source_key: m.import_field_source_key, sku: m.import_field_sku, quantity: m.import_field_quantity, unit_price: m.import_field_unit_price,
    amount: m.import_field_amount, discount: m.import_field_discount, currency: m.import_field_currency, staff: m.import_field_staff,
  },
};

const all: Record<Kind, Words> = { members, products, sales };

/** The words for a kind of rows; of one that this page does not know yet, those for members. */
export function wordsFor(kind: string): Words {
  return all[kind as Kind] ?? members;
}

const PREFERENCES = new Set(['like', 'dislike', 'size', 'instruction']);

export function importField(kind: string, field: string): string {
  const known = wordsFor(kind).fields[field];
  if (known !== undefined) return known();
  return PREFERENCES.has(field) ? m.import_field_preference({ kind: preferenceName(field) }) : fieldName(field);
}

const keys: Record<string, () => string> = {
  'source-key': m.import_key_source_key, card: m.import_key_card, phone: m.import_key_phone, 'phone+name': m.import_key_phone_name,
  sku: m.import_key_sku, barcode: m.import_key_barcode, none: m.import_key_none,
};

export function keyName(key: string): string {
  return (keys[key] ?? m.import_key_phone)();
}
