/**
 * The rhythm of a customer's purchases, drawn and put in words. Pure: facts from the book and today's date in, positions
 * and counts of days out. Nothing here is ever stored, so that no row changes because a night has passed.
 */
import { daysLate, expectedOn, silenceOn, stateOf, wholeDays, type MemberState, type StateFacts } from './state';

export interface RhythmFacts {
  /** Days between purchases, oldest first, at most seven; one fewer than the purchases it joins. */
  readonly purchase_gaps: readonly number[];
  /** ISO day of the newest purchase. */
  readonly last_purchase_on: string | null;
  /** Median gap in days, which may end in a half; null with fewer than four purchase days. */
  readonly cycle_days: number | null;
  /** The use of the data is suspended: nothing is said of when she comes. */
  readonly suspended?: boolean;
}

export interface Rhythm {
  readonly state: MemberState;
  /** Purchases from left to right, each between 0 and 1. */
  readonly dots: readonly number[];
  /** Position of the day on which the next purchase is expected, or null without a cycle. */
  readonly expected: number | null;
  /** Position of today. */
  readonly today: number;
  /** True when the silence since the last purchase is longer than drawn. */
  readonly shortened: boolean;
  readonly expectedOn: string | null;
  /** Days since the last purchase. */
  readonly daysSince: number | null;
  /** Days past the expected day; negative while it lies ahead; null without a cycle. */
  readonly daysLate: number | null;
  /** Whether the expected day is near enough to speak of it, or over. */
  readonly near: boolean;
  /** Whole days of the cycle. */
  readonly cycleDays: number | null;
  /** Whether the cycle is that of similar members, since too few purchases are known to have an own one. */
  readonly borrowed: boolean;
}

/** What her state follows from: her own cycle, or `similar`, twice that of similar members in days. */
export function factsOf(facts: RhythmFacts, similar: number | null): StateFacts {
  const own = facts.cycle_days !== null && facts.cycle_days > 0 ? Math.round(facts.cycle_days * 2) : null;
  return {
    lastOn: facts.last_purchase_on,
    gap: facts.purchase_gaps.at(-1) ?? null,
    purchaseDays: facts.last_purchase_on === null ? 0 : facts.purchase_gaps.length + 1,
    twice: facts.suspended === true ? null : (own ?? similar),
  };
}

/** `similar`: twice the cycle in days of similar members, for who has none of her own; null where it is unknown. */
export function rhythmOf(facts: RhythmFacts, today: string, similar: number | null = null): Rhythm {
  const known = factsOf(facts, similar);
  const { lastOn, twice } = known;
  if (lastOn === null) {
    return {
      state: 'none', dots: [], expected: null, today: 1, shortened: false, near: false,
      expectedOn: null, daysSince: null, daysLate: null, cycleDays: null, borrowed: false,
    };
  }
  const cycleDays = twice === null ? null : wholeDays(twice);
  const late = daysLate(known, today);
  return {
    ...drawn(facts.purchase_gaps, silenceOn(lastOn, today), cycleDays),
    state: stateOf(known, today),
    expectedOn: expectedOn(known),
    daysSince: silenceOn(lastOn, today),
    daysLate: late,
    near: late !== null && late >= -Math.max(2, Math.round((cycleDays ?? 0) * 0.15)),
    cycleDays,
    borrowed: twice !== null && (facts.cycle_days === null || facts.cycle_days <= 0),
  };
}

function drawn(gaps: readonly number[], daysSince: number, cycleDays: number | null): Pick<Rhythm, 'dots' | 'expected' | 'today' | 'shortened'> {
  const days = [0];
  for (const gap of gaps) days.push((days.at(-1) ?? 0) + Math.max(0, gap));
  const last = days.at(-1) ?? 0;
  // A long silence would press all purchases into the left edge: it is drawn at most as long as what came before it.
  const longestSilence = Math.max((cycleDays ?? 30) * 2, last * 0.8);
  const shortened = daysSince > longestSilence;
  const todayAt = last + (shortened ? longestSilence : daysSince);
  const expectedAt = cycleDays === null ? null : last + cycleDays;
  const span = Math.max(todayAt, expectedAt ?? 0, 1);
  return {
    dots: days.map((day) => day / span),
    expected: expectedAt === null ? null : expectedAt / span,
    today: todayAt / span,
    shortened,
  };
}
