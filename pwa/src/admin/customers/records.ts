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
  home_store: string | null;
  cards: string[];
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
  sender: string | null;
  occurred_at: string;
}
