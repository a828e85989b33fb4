import type { Offer } from '$lib/book';
import { m } from '$lib/i18n/paraglide/messages';

/** Why something is offered, as a sentence. */
export function offerReason({ reason, of }: Pick<Offer, 'reason' | 'of'>): string {
  if (reason.code === 'liked') return m.offers_liked({ value: reason.value });
  if (reason.code === 'popular') return m.offers_popular();
  const words = { of: of ?? reason.of, share: Math.max(1, Math.round(reason.share / 10)) };
  return reason.code === 'next' ? m.offers_next(words) : m.offers_together(words);
}
