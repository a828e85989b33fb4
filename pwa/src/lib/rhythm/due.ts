import { daysBetween } from './rhythm';

/** What the rule looks at; nothing of it is a forecast. */
export interface DueFacts {
  readonly last_purchase_on: string | null;
  readonly cycle_days: number | null;
  readonly points: number;
}

/** `late`: the expected day has passed. `soon`: it is today or within the week. */
export type DueGroup = 'late' | 'soon';

export interface Due {
  readonly group: DueGroup;
  /** Days past the expected day; negative while it lies ahead. */
  readonly daysLate: number;
  /** Lateness in quarters of one's own cycle, at most two cycles: three days are much for a baker's customer. */
  readonly quarters: number;
  readonly points: number;
}

const DAYS_AHEAD = 7;
const MOST_QUARTERS = 8;

/** Where somebody stands among those who are due on a day, or null when they do not. */
export function dueOf({ last_purchase_on, cycle_days, points }: DueFacts, today: string): Due | null {
  if (last_purchase_on === null || cycle_days === null || cycle_days <= 0) return null;
  const daysLate = Math.max(0, daysBetween(last_purchase_on, today)) - Math.round(cycle_days);
  if (daysLate < -DAYS_AHEAD) return null;
  const quarters = Math.min(MOST_QUARTERS, Math.floor((Math.max(0, daysLate) / cycle_days) * 4));
  return { group: daysLate > 0 ? 'late' : 'soon', daysLate, quarters, points };
}

/**
 * The order of the list: those who are late first, the latest by their own cycle on top; those who are expected by their
 * day. Among equals whoever holds more points, since they have more to lose, and so have we.
 */
export function byLateness(one: Due, other: Due): number {
  if (one.group !== other.group) return one.group === 'late' ? -1 : 1;
  const first = one.group === 'late' ? other.quarters - one.quarters : other.daysLate - one.daysLate;
  return first || other.points - one.points || other.daysLate - one.daysLate;
}
