import { m } from '$lib/i18n/paraglide/messages';

export interface PartnerRate {
  id: string;
  direction: string;
  starts_on: string;
  theirs: number;
  ours: number;
  price: number | null;
  currency: string;
}

/** GET /partners */
export interface Partner {
  id: string;
  code: string;
  name: string;
  name_latin: string | null;
  kind: string;
  business_unit: string;
  issuer: string | null;
  most_at_once: number | null;
  most_a_month: number | null;
  valid_months: number | null;
  state: string;
  rate_in: PartnerRate | null;
  rate_out: PartnerRate | null;
  waiting: number;
}

export interface PartnerKey {
  id: string;
  created_at: string;
  last_used_at: string | null;
  withdrawn_at: string | null;
  works: boolean;
}

/** GET /partners/CODE */
export interface PartnerDetail extends Partner {
  rates: PartnerRate[];
  keys: PartnerKey[];
}

/** GET /partners/CODE/transfers and /customers/ID/transfers */
export interface Transfer {
  id: string;
  partner: string;
  partner_name: string;
  partner_name_latin: string | null;
  direction: string;
  reference: string;
  customer_id: string | null;
  account: string | null;
  theirs: number;
  ours: number;
  state: string;
  reason: string | null;
  happened_on: string;
  asked_at: string;
  collected_at: string | null;
  decided_at: string | null;
}

/** GET /partners/CODE/statement */
export interface Statement {
  month: string;
  lines: {
    direction: string; back: boolean; rate_theirs: number; rate_ours: number; count: number; theirs: number; ours: number;
    price: number | null; currency: string; owed: number | null;
  }[];
  units: { business_unit: string; came_in: number; went_out: number }[];
  /** What the partner owes by currency; below nothing, what it is owed. */
  net: Record<string, number>;
}

/** Own points and the partner's that they are. */
export interface Exchanged {
  ours: number;
  theirs: number;
}

/** As the server works it out (`go_out`): what would be lost by rounding stays with the member. */
export function goOut(ours: number, rate: { theirs: number; ours: number }): Exchanged {
  const theirs = Math.floor((ours * rate.theirs) / rate.ours);
  return { ours: Math.ceil((theirs * rate.ours) / rate.theirs), theirs };
}

export function partnerName(partner: { name: string; name_latin: string | null }, language: string): string {
  return language === 'ko' ? partner.name : (partner.name_latin ?? partner.name);
}

export function partnerKindName(kind: string): string {
  return kind === 'bank' ? m.partner_kind_bank() : m.partner_kind_alliance();
}

const states: Record<string, () => string> = {
  asked: m.transfer_state_asked, done: m.transfer_state_done, refused: m.transfer_state_refused, reversed: m.transfer_state_reversed,
};

export function transferStateName(state: string): string {
  return (states[state] ?? m.transfer_state_asked)();
}

/** Whether somebody at the desk may still take it back; what came in, an admin alone. */
export function mayReverse(transfer: Transfer, role: string): boolean {
  if (transfer.customer_id === null) return false;
  if (transfer.direction === 'in') return transfer.state === 'done' && role === 'admin';
  return transfer.state === 'asked' && transfer.collected_at === null && (role === 'admin' || role === 'manager');
}
