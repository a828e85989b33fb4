import type { CustomerRow } from '$lib/book';
import { m } from '$lib/i18n/paraglide/messages';

/** Whether this business unit may send the customer offers by text, in words. The server decides again when one is sent. */
export function mayTextWords(row: Pick<CustomerRow, 'sms_senders' | 'night_senders'>, businessUnit: string | null): string {
  const holds = (senders: readonly string[]): boolean =>
    businessUnit === null ? senders.length > 0 : senders.includes(businessUnit);
  if (!holds(row.sms_senders)) return m.may_text_no();
  return holds(row.night_senders) ? m.may_text() : m.may_text_not_night();
}
