import { m } from './paraglide/messages';

/** What the server flags about something that it took, in a sentence a person understands. */
const flags: Record<string, () => string> = {
  points_overdrawn: m.flag_points_overdrawn, coupon_already_used: m.flag_coupon_already_used,
  unknown_coupon: m.flag_unknown_coupon, coupon_expired: m.flag_coupon_expired, coupon_not_hers: m.flag_coupon_not_hers,
  coupon_not_fitting: m.flag_coupon_not_fitting, coupons_do_not_stack: m.flag_coupons_do_not_stack, price_differs: m.flag_price_differs, clock_skew: m.flag_clock_skew,
  merged_customer: m.flag_merged_customer, unknown_customer: m.flag_unknown_customer,
  unknown_product: m.flag_unknown_product, unknown_staff: m.flag_unknown_staff, unknown_store: m.flag_unknown_store,
  unknown_wording: m.flag_unknown_wording, guardian_needed: m.flag_guardian_needed, duplicate_phone: m.flag_duplicate_phone,
  possible_duplicate: m.flag_possible_duplicate, card_taken: m.flag_card_taken, payment_card: m.flag_payment_card, unknown_rate: m.flag_unknown_rate, odd_line: m.flag_odd_line,
  unknown_sale: m.flag_unknown_sale, returned_too_much: m.flag_returned_too_much,
  text_held_night: m.flag_text_held_night, text_held: m.flag_text_held, text_too_late: m.flag_text_too_late,
  text_refused: m.flag_text_refused, text_no_consent: m.flag_text_no_consent, text_unreachable: m.flag_text_unreachable,
  text_not_sent: m.flag_text_not_sent, text_may_have_gone: m.flag_text_may_have_gone,
  points_without_customer: m.flag_points_without_customer, role_not_allowed: m.flag_role_not_allowed,
};

/** What the person at the tablet can do about a flag; mostly nothing, since a manager looks at it. */
const todos: Record<string, () => string> = {
  clock_skew: m.todo_clock, possible_duplicate: m.todo_duplicate, duplicate_phone: m.todo_duplicate,
  card_taken: m.todo_duplicate, points_overdrawn: m.todo_points,
  text_held_night: m.todo_text_waits, text_held: m.todo_text_held, text_too_late: m.todo_text_again,
  text_refused: m.todo_text_refused, text_no_consent: m.todo_text_consent, text_unreachable: m.todo_text_phone,
  text_not_sent: m.todo_text_card, text_may_have_gone: m.todo_text_card,
};

export function flagTodo(flags: readonly string[]): string {
  const known = flags.flatMap((flag) => todos[flag] ?? []);
  return (known[0] ?? m.todo_flagged)();
}

/** A flag without words of its own falls back to a general sentence, never to its code. */
export function flagWords(flag: string): string {
  return (flags[flag] ?? m.flag_other)();
}
