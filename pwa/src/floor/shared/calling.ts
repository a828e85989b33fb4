import type { RiskRow } from '$lib/book';

/** Advertising by phone is for the day (Information Network Act, article 50). */
const FROM = 8;
const UNTIL = 21;

function hourIn(zone: string, now: Date): number {
  return Number(new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' }).format(now));
}

/** Why nobody calls her now, as a code; null: she may be called. The list says whether, the store's clock when. */
export function callHindrance(risk: Pick<RiskRow, 'may_call' | 'call_reason'>, zone: string, now: Date): string | null {
  if (!risk.may_call) return risk.call_reason ?? 'other';
  const hour = hourIn(zone, now);
  return hour >= FROM && hour < UNTIL ? null : 'night';
}
