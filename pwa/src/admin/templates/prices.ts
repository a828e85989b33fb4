import { m } from '$lib/i18n/paraglide/messages';
import type { TextCost } from './records';

export const WAYS = ['twilio_segment', 'relay_sms', 'relay_lms'] as const;
const MILLION = 1_000_000;

export interface PriceRow {
  way: TextCost['way'];
  country: string;
  /** As it is typed, in the currency's main unit. */
  amount: string;
  currency: string;
}

/** By which way a text goes, and where to. */
export function wayName(way: TextCost['way'], country: string, language: string): string {
  const names = { twilio_segment: m.way_twilio, relay_sms: m.way_relay_sms, relay_lms: m.way_relay_lms };
  const place = new Intl.DisplayNames([language], { type: 'region', fallback: 'code' }).of(country) ?? country;
  return names[way]({ place });
}

/** An amount in millionths of the currency's main unit, as the reader writes money; a dash without a price. */
export function price(micros: number | null, currency: string | null, language: string): string {
  if (micros === null || currency === null) return '–';
  return new Intl.NumberFormat(language, { style: 'currency', currency, minimumFractionDigits: 0, maximumFractionDigits: 4 }).format(micros / MILLION);
}

/** What was typed, in millionths; null for no amount. */
export function microsOf(amount: string): number | null {
  const typed = amount.trim().replace(',', '.');
  if (!/^\d{1,9}(?:\.\d{1,6})?$/.test(typed)) return null;
  return Math.round(Number(typed) * MILLION);
}

export function amountOf(micros: number): string {
  return String(micros / MILLION);
}
