// What a customer's row shows while edits wait: the server's row with the edits laid over it. Pure; the row from the
// server is never changed, and the result carries a brand, so that nobody stores it as if the server had said it.
import type { Mutation } from '$lib/vault';
import type { CustomerRow } from './types';

declare const shown: unique symbol;
/** A row as it is shown: base and pending edits. Not to be stored. */
export type ShownCustomer = CustomerRow & { readonly [shown]: true };

/** What is known of the stores that pending sales and consents name. */
export interface StoreFacts {
  time_zone: string;
  business_unit: string;
}

export interface Surroundings {
  /** Facts of a store by its code; of the tablet's own store when the code is undefined. */
  store: (code: string | undefined) => StoreFacts | undefined;
}

type Data = Record<string, unknown>;
type Edit = (row: CustomerRow, data: Data, mutation: Mutation, around: Surroundings) => CustomerRow;

const GAPS = 7;
const FEWEST_GAPS = 3;
const BASKET_LINES = 5;
const DAY = 86_400_000;

/** Which customer's row a mutation shows on, or null. */
export function subjectOf({ kind, id, data }: Mutation): string | null {
  if (kind === 'customer.register') return id;
  if (!(kind in edits)) return null;
  const subject = (data as Data | null)?.customer_id;
  return typeof subject === 'string' ? subject : null;
}

/**
 * The row to show for a customer: `base` with `pending` laid over it in the order of `seq`, or null when neither the
 * server nor this tablet knows one.
 */
export function reconcile(base: CustomerRow | null, pending: readonly Mutation[], around: Surroundings): ShownCustomer | null {
  let row = base;
  for (const mutation of [...pending].sort((one, other) => one.seq - other.seq)) {
    const data = mutation.data as Data;
    // A registration that the server has applied already must not be laid over what was edited there since.
    if (mutation.kind === 'customer.register') row ??= registered(mutation.id, data);
    else if (row !== null) row = edits[mutation.kind]?.(row, data, mutation, around) ?? row;
  }
  if (row === null) return null;
  return { ...row, pending: pending.length > 0 } as ShownCustomer;
}

const edits: Record<string, Edit> = {
  'customer.edit': (row, { changes }) => {
    const to = Object.entries((changes ?? {}) as Record<string, { to: unknown }>).map(([field, change]) => [field, change.to]);
    return { ...row, ...(Object.fromEntries(to) as Partial<CustomerRow>) };
  },
  'preference.set': (row, data) => withPreference(row, data),
  'sale.log': (row, data, mutation, around) => withSale(row, data, mutation, around),
  'consent.record': (row, data, _mutation, around) => withConsent(row, data, around),
};

function registered(id: string, data: Data): CustomerRow {
  const text = (field: string) => (typeof data[field] === 'string' ? data[field] : null);
  return {
    id,
    name: text('name') ?? '',
    name_latin: text('name_latin'),
    name_han: text('name_han'),
    phone: text('phone'),
    phones: [],
    cards: Array.isArray(data.cards) ? (data.cards as string[]) : [],
    grade: null,
    points: 0,
    home_store: text('home_store'),
    language: text('language'),
    sex: text('sex'),
    nationality: text('nationality'),
    district: text('district'),
    memo: null,
    last_purchase_on: null,
    last_basket: [],
    last_currency: null,
    purchase_gaps: [],
    cycle_days: null,
    preferences: [],
    // What a registration says of consent counts once the server has written it to the ledger.
    sms_senders: [],
    night_senders: [],
  };
}

function withPreference(row: CustomerRow, { kind, value, remove }: Data): CustomerRow {
  const others = row.preferences.filter((each) => each.kind !== kind || each.value !== value);
  return { ...row, preferences: remove === true ? others : [...others, { kind: String(kind), value: String(value) }] };
}

function withSale(row: CustomerRow, data: Data, mutation: Mutation, around: Surroundings): CustomerRow {
  const zone = around.store(data.store as string | undefined)?.time_zone;
  const day = businessDay(String(data.occurred_at ?? mutation.at), zone);
  // A sale entered late does not push out the one that came after it.
  if (day === null || (row.last_purchase_on !== null && day < row.last_purchase_on)) return row;
  const lines = Array.isArray(data.lines) ? (data.lines as { sku: string; quantity: number; amount: number }[]) : [];
  return {
    ...row,
    last_purchase_on: day,
    last_basket: lines.slice(0, BASKET_LINES).map(({ sku, quantity, amount }) => [sku, quantity, amount]),
    last_currency: String(data.currency ?? row.last_currency),
    ...rhythm(row, day),
  };
}

/**
 * The gaps between purchase days with one more day, and their median as the server works it out. Who bought on more than
 * eight days has gaps that are not in the copy: one more hardly moves their median, and the server says where to.
 */
function rhythm(row: CustomerRow, day: string): Pick<CustomerRow, 'purchase_gaps' | 'cycle_days'> {
  const gap = row.last_purchase_on === null ? 0 : (Date.parse(day) - Date.parse(row.last_purchase_on)) / DAY;
  if (gap === 0) return { purchase_gaps: row.purchase_gaps, cycle_days: row.cycle_days };
  const gaps = [...row.purchase_gaps, gap].slice(-GAPS);
  if (row.purchase_gaps.length === GAPS) return { purchase_gaps: gaps, cycle_days: row.cycle_days };
  return { purchase_gaps: gaps, cycle_days: gaps.length < FEWEST_GAPS ? null : median(gaps) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle] as number;
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** The day of an instant in a store's time zone, `YYYY-MM-DD`; null when it is no time. */
export function businessDay(at: string, zone: string | undefined): string | null {
  const instant = new Date(at);
  if (Number.isNaN(instant.getTime())) return null;
  // Swedish writes days as ISO 8601 does.
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', ...(zone === undefined ? {} : { timeZone: zone }) }).format(instant);
}

/**
 * A refusal counts at once. A grant counts only when the server has taken it, because an older refusal may stand
 * against it.
 */
function withConsent(row: CustomerRow, data: Data, around: Surroundings): CustomerRow {
  const concernsTexts = data.purpose === 'marketing' && (data.channel === undefined || data.channel === 'sms');
  if (!concernsTexts || data.granted !== false) return row;
  const sender = typeof data.sender === 'string' ? data.sender : around.store(undefined)?.business_unit;
  // Where the sender is not known the refusal counts for all: better one text too few.
  const without = (senders: string[]) => senders.filter((code) => sender !== undefined && code !== sender);
  const night_senders = without(row.night_senders);
  // A refusal of night texts alone leaves those of the day.
  return data.night === true ? { ...row, night_senders } : { ...row, sms_senders: without(row.sms_senders), night_senders };
}
