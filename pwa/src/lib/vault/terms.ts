import type { LeaseTerms } from './lease';
import type { SealingKey } from './sealing';

/** What the server asks of its tablets, as the tablet keeps it. Nothing in it is secret. */
export interface Terms extends LeaseTerms {
  autoLockMinutes: number;
  /** What the outbox is sealed to; null only before the first contact. */
  sealingKey: SealingKey | null;
  events: boolean;
}

export const DEFAULT_TERMS: Terms = { leaseHours: 72, wipeDays: 14, autoLockMinutes: 10, sealingKey: null, events: false };
