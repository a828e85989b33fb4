import { m } from './paraglide/messages';

/** What the server flags about something that it took, in a sentence a person understands. */
const flags: Record<string, () => string> = {
  points_overdrawn: m.flag_points_overdrawn, coupon_already_used: m.flag_coupon_already_used,
  unknown_coupon: m.flag_unknown_coupon, price_differs: m.flag_price_differs, clock_skew: m.flag_clock_skew,
  merged_customer: m.flag_merged_customer, unknown_customer: m.flag_unknown_customer,
  unknown_product: m.flag_unknown_product, unknown_staff: m.flag_unknown_staff, unknown_store: m.flag_unknown_store,
  unknown_wording: m.flag_unknown_wording, duplicate_phone: m.flag_duplicate_phone,
  possible_duplicate: m.flag_possible_duplicate, card_taken: m.flag_card_taken, unknown_rate: m.flag_unknown_rate, odd_line: m.flag_odd_line,
};

/** A flag without words of its own falls back to a general sentence, never to its code. */
export function flagWords(flag: string): string {
  return (flags[flag] ?? m.flag_other)();
}
