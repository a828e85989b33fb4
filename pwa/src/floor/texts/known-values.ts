import type { CustomerRow, StoreRow } from '$lib/book';
import { m } from '$lib/i18n/paraglide/messages';
import { storeName } from '$lib/stores/store-names.svelte';

/** What the tablet knows beside the customer's row. */
export interface Surroundings {
  readonly staff: string | null;
  readonly store: StoreRow | null;
  readonly gradeName: (code: string) => string;
  readonly number: (value: number) => string;
}

/** Fields whose values only the server knows: shown as a blank that it fills. */
const ELSEWHERE = ['sender.name', 'sender.contact', 'customer.points_expiring', 'customer.points_expire_on', 'customer.staff', 'customer.last_product'];

/** What the tablet's copy knows for a template's fields, in the names of the text's language. */
export function known(customer: CustomerRow, language: string, around: Surroundings): Record<string, string | null> {
  const korean = language === 'ko';
  const blanks = Object.fromEntries(ELSEWHERE.map((name) => [name, m.text_blank()]));
  return {
    ...blanks,
    'customer.name': korean ? customer.name : (customer.name_latin ?? customer.name),
    'customer.grade': customer.grade === null ? null : around.gradeName(customer.grade),
    'customer.points': around.number(customer.points),
    'store.name': around.store === null ? m.text_blank() : storeName(around.store, language),
    'store.phone': around.store === null ? m.text_blank() : around.store.phone,
    'staff.name': around.staff,
  };
}
