import { api, call } from '$lib/api';
import type { ContactVerdict } from '$lib/i18n/contact';
import type { TripRecord } from '$lib/i18n/life';
import type { Book, CouponRow, CustomerRow, Outlook, ProductRow } from '$lib/book';
import type { MemberGrade } from '$lib/i18n/member-grade';
import type { LifeEvent } from './next-event';
import type { Permission } from '$lib/i18n/permissions';
import type { Turn } from '$lib/i18n/turn';

export interface Permissions {
  items: Permission[];
  under_14: boolean;
}

export interface NoteRecord {
  id: string;
  kind: string;
  text: string;
  staff: string | null;
  written_at: string;
}

/** GET /customers/ID/outreach: what came of asking her. */
export interface OutcomeRecord {
  id: string;
  outcome: string;
  reason: string | null;
  note: string | null;
  occurred_at: string;
  staff: string | null;
  store: string;
  rests_until: string;
}

/** A sale with what was sold and what came back (GET /sales/ID). */
export interface SaleDetail extends SaleRecord {
  lines: { line: number; sku: string; name: string | null; quantity: number; amount: number }[];
  returns?: { id: string; lines: { line: number; quantity: number }[] }[];
}

export interface SaleRecord {
  id: string;
  total: number;
  currency: string;
  occurred_at: string;
  store: string;
  /** The business unit's name. */
  unit: string;
  unit_latin: string | null;
  flags: string[];
}

/** What of the card the tablet does not keep (GET /customers/ID). */
export interface AboutRecord {
  phones: { phone: string; kind: string; note: string | null }[];
  memberships: { number: string; kind: string; issuer: string | null; unit: string | null; unit_latin: string | null }[];
  preferred_staff: { login: string; name: string } | null;
}

/** GET /customers/ID/life */
export interface LifeRecord {
  events: LifeEvent[];
  trips: TripRecord[];
  household: { id: string; name: string | null; members: { id: string; name: string }[] } | null;
}

export interface PointsEntry {
  id: string;
  kind: string;
  points: number;
  occurred_at: string;
  unit: string;
  unit_latin: string | null;
  /** Of a transfer: the partner's name. */
  partner: string | null;
  partner_latin: string | null;
  reason: string | null;
  expires_on: string | null;
  /** {rule: points} of what was earned. */
  by_rule: Record<string, number>;
}

/** GET /customers/ID/points: as many entries as were asked for, the newest first. */
export interface PointsRecord {
  balance: number;
  as_of: string;
  expiring: { on: string; points: number }[];
  items: PointsEntry[];
  /** The rules that gave something beyond the usual. */
  extras: { id: string; name: string; card_issuer: string | null }[];
  next: string | null;
}

/** GET /customers/ID/coupons */
export interface CouponRecord {
  code: string;
  state: string;
  good_until: string | null;
  used_at: string | null;
  coupon: CouponRow;
}

/** A page of entries behind the ones that are known; the same rules may have given points on both. */
function joined(known: PointsRecord, found: PointsRecord): PointsRecord {
  const named = new Set(known.extras.map(({ id }) => id));
  const extras = [...known.extras, ...found.extras.filter(({ id }) => !named.has(id))];
  return { ...found, items: [...known.items, ...found.items], extras };
}

const POINTS_AT_ONCE = 5;
const TURNS_AT_ONCE = 6;
const OUTCOMES_AT_ONCE = 5;

/** A list that is fetched on view: undefined while it is on its way, null when the server did not answer. */
type Fetched<T> = T[] | null | undefined;

/** One customer on the screen: the row of the book at once, what the book does not hold when the server answers. */
export class CustomerCard {
  #row = $state.raw<CustomerRow | null | undefined>();
  #products = $state.raw<ReadonlyMap<string, ProductRow>>(new Map());
  #outlook = $state.raw<Outlook>({ similar: null, risk: null });
  #outcomes = $state.raw<Fetched<OutcomeRecord>>();
  #notes = $state.raw<Fetched<NoteRecord>>();
  #permissions = $state.raw<Permissions | null | undefined>();
  #sales = $state.raw<Fetched<SaleRecord>>();
  #texts = $state.raw<Fetched<Turn>>();
  #contact = $state.raw<Fetched<ContactVerdict>>();
  #about = $state.raw<AboutRecord | null | undefined>();
  #life = $state.raw<LifeRecord | null | undefined>();
  #points = $state.raw<PointsRecord | null | undefined>();
  #coupons = $state.raw<Fetched<CouponRecord>>();
  #grade = $state.raw<MemberGrade | null | undefined>();
  readonly id: string;
  readonly #book: Book;

  constructor(book: Book, id: string) {
    this.#book = book;
    this.id = id;
  }

  /** undefined while it is read, null when this tablet does not hold the customer. */
  get row(): CustomerRow | null | undefined {
    return this.#row;
  }

  get products(): ReadonlyMap<string, ProductRow> {
    return this.#products;
  }

  /** What of her depends on others, as the tablet knows it. */
  get outlook(): Outlook {
    return this.#outlook;
  }

  get outcomes(): Fetched<OutcomeRecord> {
    return this.#outcomes;
  }

  get notes(): Fetched<NoteRecord> {
    return this.#notes;
  }

  /** What is permitted: undefined while it is on its way, null when the server did not answer. */
  get permissions(): Permissions | null | undefined {
    return this.#permissions;
  }

  get sales(): Fetched<SaleRecord> {
    return this.#sales;
  }

  get texts(): Fetched<Turn> {
    return this.#texts;
  }

  /** What the gate would say now, those at hand first. */
  get contact(): Fetched<ContactVerdict> {
    return this.#contact;
  }

  get about(): AboutRecord | null | undefined {
    return this.#about;
  }

  get life(): LifeRecord | null | undefined {
    return this.#life;
  }

  get points(): PointsRecord | null | undefined {
    return this.#points;
  }

  get coupons(): Fetched<CouponRecord> {
    return this.#coupons;
  }

  get grade(): MemberGrade | null | undefined {
    return this.#grade;
  }

  /** Whether a consent is known to stand; without the server none is. */
  standing(purpose: string): boolean {
    return this.#permissions?.items.some((each) => each.purpose === purpose && each.allowed) === true;
  }

  /** What is known of one matter here: undefined while the server has not told. */
  permission(about: { purpose: string; channel: string | null; night: boolean; recipient: string | null }, businessUnit: string | null): Permission | undefined {
    return this.#permissions?.items.find(
      ({ purpose, channel, sender, night, recipient }) =>
        purpose === about.purpose && channel === about.channel && night === about.night && recipient === about.recipient &&
        (purpose !== 'marketing' || sender === businessUnit),
    );
  }

  /** Reads the row again: after it was edited here, or a pull has changed it. */
  async read(): Promise<CustomerRow | null> {
    const row = await this.#book.customer(this.id);
    this.#products = await this.#book.products(row?.last_basket.map(([sku]) => sku) ?? []);
    this.#outlook = await this.#book.outlook(this.id);
    this.#row = row;
    return row;
  }

  /** Asks the server for what the tablet does not keep. Each list stands alone: one that fails leaves the others. */
  async fetch(): Promise<void> {
    const path = { customer_id: this.id };
    await Promise.all([
      list<NoteRecord>(call(api.GET('/api/v1/customers/{customer_id}/notes', { params: { path } }))).then((found) => { this.#notes = found; }),
      list<OutcomeRecord>(call(api.GET('/api/v1/customers/{customer_id}/outreach', { params: { path, query: { limit: OUTCOMES_AT_ONCE } } }))).then((found) => { this.#outcomes = found; }),
      this.fetchPermissions(),
      list<Turn>(call(api.GET('/api/v1/customers/{customer_id}/conversation', { params: { path, query: { limit: TURNS_AT_ONCE } } }))).then((found) => { this.#texts = found; }),
      list<ContactVerdict>(call(api.GET('/api/v1/customers/{customer_id}/contact', { params: { path } }))).then((found) => { this.#contact = found; }),
      one<AboutRecord>(call(api.GET('/api/v1/customers/{customer_id}', { params: { path } }))).then((found) => { this.#about = found; }),
      one<LifeRecord>(call(api.GET('/api/v1/customers/{customer_id}/life', { params: { path } }))).then((found) => { this.#life = found; }),
      this.fetchPoints(),
      list<CouponRecord>(call(api.GET('/api/v1/customers/{customer_id}/coupons', { params: { path } }))).then((found) => { this.#coupons = found; }),
      one<MemberGrade>(call(api.GET('/api/v1/customers/{customer_id}/grade', { params: { path } }))).then((found) => { this.#grade = found; }),
      list<SaleRecord>(call(api.GET('/api/v1/sales', { params: { query: { customer: this.id, limit: 5 } } }))).then((found) => { this.#sales = found; }),
    ]);
  }

  /** Asks for the first entries of the points ledger, or for those behind the ones that are here. */
  async fetchPoints(more = false): Promise<void> {
    const known = more ? (this.#points ?? null) : null;
    const query = { limit: POINTS_AT_ONCE, ...(known?.next ? { after: known.next } : {}) };
    const path = { customer_id: this.id };
    const found = await one<PointsRecord>(call(api.GET('/api/v1/customers/{customer_id}/points', { params: { path, query } })));
    this.#points = found === null || known === null ? found : joined(known, found);
  }

  /** Asks anew what is permitted: when the card opens, and after the server took something that was said. */
  async fetchPermissions(): Promise<void> {
    const path = { customer_id: this.id };
    try {
      this.#permissions = await call(api.GET('/api/v1/customers/{customer_id}/permissions', { params: { path } }));
    } catch {
      this.#permissions = null;
    }
  }
}

async function one<T>(answer: Promise<unknown>): Promise<T | null> {
  try {
    return (await answer) as T;
  } catch {
    return null;
  }
}

async function list<T>(answer: Promise<unknown>): Promise<T[] | null> {
  try {
    return ((await answer) as { items: T[] }).items;
  } catch {
    return null;
  }
}
