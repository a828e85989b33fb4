import type { TripRecord } from '$lib/i18n/life';

export interface ListedCustomer {
  id: string;
  name: string;
  name_latin: string | null;
  phone: string | null;
  grade: string | null;
  points: number | null;
  last_purchase_on: string | null;
  created_at: string;
}

export interface CustomerRecord extends ListedCustomer {
  language: string | null;
  nationality: string | null;
  district: string | null;
  memo: string | null;
  home_store?: string | null;
  name_han: string | null;
  email: string | null;
  birth_date: string | null;
  sex: string | null;
  phones: { id: string; phone: string; kind: string; note: string | null }[];
  memberships: { number: string; kind: string; issuer: string | null; business_unit: string | null; unit: string | null; unit_latin: string | null }[];
  preferred_staff: { login: string; name: string } | null;
  preferences: { kind: string; value: string }[];
  cycle_days: number | null;
  /** Since when, and why, the customer's data is kept but not made use of. */
  suspended_at: string | null;
  suspended_reason: string | null;
}

export interface ConsentEntry {
  id: string;
  purpose: string;
  channel: string | null;
  night: boolean;
  granted: boolean;
  guardian: boolean;
  sender: string | null;
  recipient: string | null;
  wording_version: string;
  occurred_at: string;
}

/** GET /customers/ID/life */
export interface LifeRecord {
  events: { id: string; kind: string; day: string; yearly: boolean; note: string | null }[];
  trips: TripRecord[];
  household: { id: string; name: string | null; members: { id: string; name: string }[] } | null;
}

/** GET /customers/ID/points: the newest entries first. */
export interface PointsPage {
  balance: number;
  expiring: { on: string; points: number }[];
  items: {
    id: string; kind: string; points: number; occurred_at: string; reason: string | null; expires_on: string | null;
    partner: string | null; partner_latin: string | null;
  }[];
}
