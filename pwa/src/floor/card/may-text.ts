import type { CustomerRow } from '$lib/book';
import type { Formatter } from '$lib/i18n/formatter';
import { m } from '$lib/i18n/paraglide/messages';

/**
 * Whether this business unit may send the customer offers by text, in words. The server decides again when one is sent.
 * The book knows consents alone; `bought` is what the server told of her as an existing customer, where it did.
 */
export function mayTextWords(
  row: Pick<CustomerRow, 'sms_senders' | 'night_senders'>,
  businessUnit: string | null,
  bought?: { until: string | null; format: Formatter },
): string {
  const holds = (senders: readonly string[]): boolean =>
    businessUnit === null ? senders.length > 0 : senders.includes(businessUnit);
  if (!holds(row.sms_senders)) return bought?.until ? m.may_text_existing({ day: bought.format.dayOf(bought.until) }) : m.may_text_no();
  return holds(row.night_senders) ? m.may_text() : m.may_text_not_night();
}
