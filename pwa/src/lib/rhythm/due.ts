import { factsOf, type RhythmFacts } from './rhythm';
import { daysLate, stateOf } from './state';

/** What the rule looks at; nothing of it is a forecast. */
export interface DueFacts extends RhythmFacts {
  readonly points: number;
}

/** `late`: the expected day has passed. `soon`: it is today or within the week. */
export type DueGroup = 'late' | 'soon';

export interface Due {
  readonly group: DueGroup;
  /** Days past the expected day; negative while it lies ahead. */
  readonly daysLate: number;
  /** Lateness in quarters of the cycle, at most two cycles: three days are much for a baker's customer. */
  readonly quarters: number;
  /** Whether the cycle is that of similar members. */
  readonly borrowed: boolean;
  readonly points: number;
}

const DAYS_AHEAD = 7;
const MOST_QUARTERS = 8;

/**
 * Where somebody stands among those who are due on a day, or null when they do not. Whoever has been away for three
 * cycles is no longer expected: a list that begins with them ends before those who might still be late.
 */
export function dueOf(facts: DueFacts, today: string, similar: number | null = null): Due | null {
  const known = factsOf(facts, similar);
  const late = daysLate(known, today);
  if (late === null || known.twice === null || late < -DAYS_AHEAD || stateOf(known, today) === 'lapsed') return null;
  const quarters = Math.min(MOST_QUARTERS, Math.floor((Math.max(0, late) * 8) / known.twice));
  const borrowed = facts.cycle_days === null || facts.cycle_days <= 0;
  return { group: late > 0 ? 'late' : 'soon', daysLate: late, quarters, borrowed, points: facts.points };
}

/**
 * The order of the list: those who are late first, the latest by their own cycle on top; those who are expected by their
 * day. Among equals an own cycle counts for more than a borrowed one; then whoever holds more points, since they have
 * more to lose, and so have we.
 */
export function byLateness(one: Due, other: Due): number {
  if (one.group !== other.group) return one.group === 'late' ? -1 : 1;
  const first = one.group === 'late' ? other.quarters - one.quarters : other.daysLate - one.daysLate;
  return first || Number(one.borrowed) - Number(other.borrowed) || other.points - one.points || other.daysLate - one.daysLate;
}
