// The seam between the screens and the book: plain data that crosses from the worker to the main thread.
import type { Partner, Preference, Reason } from '$lib/offers';
import type { Mark } from '$lib/search';

export type { Mark };

/** One customer as the tablet's copy holds it. Phones are E.164; money is whole minor units. */
export interface CustomerRow {
  id: string;
  name: string;
  name_latin: string | null;
  /** In Chinese characters. */
  name_han: string | null;
  phone: string | null;
  /** Further numbers. */
  phones: string[];
  cards: string[];
  grade: string | null;
  points: number;
  /** Code of the store that looks after this customer. */
  home_store: string | null;
  language: string | null;
  sex: string | null;
  nationality: string | null;
  district: string | null;
  memo: string | null;
  /** ISO day, in the time zone of the store that sold. */
  last_purchase_on: string | null;
  /** At most five lines; `amount` in minor units of `last_currency`. */
  last_basket: [sku: string, quantity: number, amount: number][];
  last_currency: string | null;
  /** Days between purchases, oldest first, at most seven. */
  purchase_gaps: number[];
  /** Median of all gaps in days, which may end in a half; null with fewer than four purchase days. */
  cycle_days: number | null;
  preferences: { kind: string; value: string }[];
  /** Codes of the business units that may send commercial texts by consent. */
  sms_senders: string[];
  night_senders: string[];
  /** The use of the data is suspended: the row holds no rhythm, nothing to suggest, nobody who may text. */
  suspended?: boolean;
  /** True while the row shows something that the server has not receipted yet. */
  pending?: boolean;
  /** True for a card that was found online and is kept beside the copy for the day. */
  held?: boolean;
}

export interface ProductRow {
  id: string;
  sku: string;
  barcode: string | null;
  name: string;
  name_latin: string | null;
  brand: string | null;
  category: string | null;
  /** Minor units of `currency`. */
  price: number;
  currency: string;
  business_unit: string | null;
}

export interface StoreRow {
  id: string;
  code: string;
  name: string;
  name_latin: string | null;
  business_unit: string;
  time_zone: string;
  currency: string;
  phone: string | null;
}

/** What a grade is called, which comes before which, and whether it wears the golden mark. */
export interface GradeRow {
  id: string;
  code: string;
  name: string;
  name_latin: string | null;
  rank: number;
  top: boolean;
}

/** How many points a tablet takes that the server has not heard of: with one sale, from one member, in all; null: any. */
export interface ProgrammeRow {
  id: string;
  offline_per_sale: number | null;
  offline_per_member: number | null;
  offline_per_lease: number | null;
}

/** The words that are shown for a consent, in a version of their own. Where a language is missing English is shown. */
export interface WordingRow {
  id: string;
  version: string;
  purpose: string;
  channel: string | null;
  night: boolean;
  recipient: string | null;
  state: 'draft' | 'published' | 'retired';
  text_ko: string;
  text_en: string;
  text_zh: string | null;
  text_ja: string | null;
}

/** A text that the floor may send to one customer, as it was approved, in one language. */
export interface TemplateRow {
  id: string;
  name: string;
  title: string | null;
  language: string;
  purpose: 'commercial' | 'service';
  body: string;
  /** What whoever sends fills in. */
  fields: { name: string; label_ko: string; label_en: string; sample_ko: string; sample_en: string }[];
  updated_at: string;
}

/** What a coupon is good for; its codes begin with `number`. Money is in minor units of `currency`. */
export interface CouponRow {
  id: string;
  number: string;
  name: string;
  name_latin: string | null;
  kind: 'amount' | 'percent' | 'gift' | 'multiplier';
  value: number | null;
  currency: string | null;
  cap: number | null;
  least_spend: number | null;
  gift_sku: string | null;
  gift: string | null;
  audience: 'anyone' | 'grade' | 'person';
  grade: string | null;
  category: string | null;
  /** Whether it may be used together with others; of an `exclusion_group` only one. */
  stacks: boolean;
  exclusion_group: string | null;
  state: 'draft' | 'live' | 'stopped';
  starts_on: string;
  ends_on: string | null;
  business_unit: string | null;
  store: string | null;
}

/** What goes with an article ("sku:" and its code), or what a business unit sells most ("unit:" and its code). */
export interface PairingRow {
  id: string;
  key: string;
  partners: Partner[];
}

/** For whom something is to be offered: the articles of her last purchase, or where `now`, of the basket being made. */
export interface OfferQuery {
  basket: string[];
  now: boolean;
  preferences: Preference[];
}

/** An article with why it is offered; `of` is what the article that the reason names is called. */
export interface Offer {
  product: ProductRow;
  reason: Reason;
  of: string | null;
}

export interface SearchHit<T> {
  row: T;
  marks: Mark[];
}

export interface SearchAnswer<T> {
  /** The query that the hits answer, as it was typed. */
  query: string;
  hits: SearchHit<T>[];
  /** Matches in all. */
  total: number;
  /** True when there are more matches than `hits`. */
  more: boolean;
  /** Milliseconds that the worker took, for measuring. */
  took?: number;
}

/** A regular customer who is late and whom the models do not expect back soon; `id` is hers. */
export interface RiskRow {
  id: string;
  store: string;
  /** Of return within 28 days, percent. */
  chance: number;
  /** What she is expected to bring within a year, and what of it is lost if she stays away: about, in minor units. */
  worth: number;
  stake: number;
  currency: string;
  /** Codes of what makes her return less likely. */
  reasons: string[];
  /** Whether she may be called by day, and if not why not, as a code. */
  may_call: boolean;
  call_reason: string | null;
  since: string;
}

/** How long members of a business unit with so many purchase days took to their next one: twice the median, in days. */
export interface CycleRow {
  id: string;
  unit: string;
  purchase_days: number;
  cycle_twice: number;
  members: number;
}

/** What of one customer depends on others: twice the cycle of members like her, and whether she is at risk. */
export interface Outlook {
  similar: number | null;
  risk: RiskRow | null;
}

export interface DueEntry extends Outlook {
  row: CustomerRow;
}

/** `total` counts those beyond the limit too. */
export interface DuePart {
  rows: DueEntry[];
  total: number;
}

/** Who is at risk, as the server's models say, and who is due, worked out on the tablet from purchases alone. */
export interface DueAnswer {
  /** The business day of the tablet's store that counts as today, ISO. */
  today: string;
  /** Whether the server has put anybody on the list, those who were asked since included. */
  scored: boolean;
  /** By what is at stake. */
  risk: DuePart;
  /** Past the expected day, and expected within the week. */
  late: DuePart;
  soon: DuePart;
}

export interface BookState {
  phase: 'empty' | 'loading' | 'ready';
  /** Rows stored so far and rows that the snapshot promises. */
  loaded: number;
  expected: number;
  rows: Record<string, number>;
  /** Time of the server when the copy was last level with it, RFC 3339. */
  asOf: string | null;
}

export interface StorageState {
  /** Whether the browser promised to keep the storage; null until it has been asked. */
  persisted: boolean | null;
  /** `low`: little room is left; `full`: something could not be stored. */
  quota: 'ok' | 'low' | 'full';
}

export interface SyncProblem {
  code: string;
  detail: string;
}

export interface SyncState {
  online: boolean;
  syncing: boolean;
  /** What people did that has no receipt yet. */
  waiting: number;
  lastContact: string | null;
  lastError: SyncProblem | null;
  /** Whether the browser promised to keep the storage; null until it has been asked. */
  persisted: boolean | null;
  storage: StorageState;
  /** A book was here and the browser, not a person, took it away: it is downloaded again. */
  evicted: boolean;
  /** Milliseconds that the tablet's clock is ahead of the server's (behind: negative), when more than five minutes. */
  clockOff: number | null;
  /** The server tells of changes as they happen; otherwise they are asked for at intervals. */
  events: boolean;
  /** The server no longer knows this tablet as one of its own. */
  revoked: boolean;
  upgradeRequired: boolean;
  /** The staff session ended: reading stops, pushing goes on. */
  sessionExpired: boolean;
}

/** The server's answer to one mutation (SYNC.md, POST /sync/push). */
export interface PushResult {
  id: string;
  status: 'applied' | 'conflict' | 'rejected';
  code?: string;
  message?: string;
  fields?: Record<string, { base: unknown; yours: unknown; server: unknown }>;
  flags?: string[];
  duplicate?: boolean;
  v?: number;
}

/** A mutation of a person's work on its way, or receipted within the last fourteen days. */
export interface OutboxEntry {
  id: string;
  kind: string;
  at: string;
  seq: number;
  staff: string;
  data: unknown;
  state: 'waiting' | 'sending' | 'applied' | 'conflict' | 'rejected';
  result?: PushResult;
  /** Why it has no receipt although it was sent: a person should look. It is sent again all the same. */
  problem?: SyncProblem;
  /** When a person marked what came of it as seen, or sent it again; RFC 3339. */
  seenAt?: string;
}

export interface OpenOptions {
  /** Login of the staff member who acts; written into every mutation. */
  staff: string;
  /** Code of the tablet's own store, for the day and the sender of what is recorded here. */
  store?: string;
  /** Milliseconds between pulls; 15,000 unless given. */
  pollEvery?: number;
}
