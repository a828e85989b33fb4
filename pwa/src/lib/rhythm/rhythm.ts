/**
 * The rhythm of a customer's purchases, drawn and put in words. Pure: facts from the book and today's date in, positions
 * and counts of days out. Nothing here is ever stored, so that no row changes because a night has passed.
 */

export interface RhythmFacts {
  /** Days between purchases, oldest first; one fewer than the purchases it joins. */
  readonly purchase_gaps: readonly number[];
  /** ISO day of the newest purchase. */
  readonly last_purchase_on: string | null;
  /** Median gap in days; null with fewer than three purchases. */
  readonly cycle_days: number | null;
}

/** `new` never bought here; `once` too few purchases for a cycle; then by where today stands against the expected day. */
export type RhythmState = 'new' | 'once' | 'resting' | 'due' | 'late' | 'at_risk';

export interface Rhythm {
  readonly state: RhythmState;
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
  readonly cycleDays: number | null;
}

const dayInMs = 86_400_000;

/** Whole days from one ISO day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayInMs);
}

/** The ISO day that lies so many days after another. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + Math.round(days) * dayInMs).toISOString().slice(0, 10);
}

/** Who buys every three weeks and has been silent for five is at risk: five thirds of the cycle. */
function isAtRisk(daysSince: number, cycleDays: number): boolean {
  return daysSince * 3 >= cycleDays * 5;
}

function stateOf(daysSince: number, cycleDays: number | null): RhythmState {
  if (cycleDays === null) return 'once';
  if (isAtRisk(daysSince, cycleDays)) return 'at_risk';
  const daysLate = daysSince - cycleDays;
  if (daysLate > 0) return 'late';
  const soon = Math.max(2, Math.round(cycleDays * 0.15));
  return daysLate >= -soon ? 'due' : 'resting';
}

export function rhythmOf(facts: RhythmFacts, today: string): Rhythm {
  const lastOn = facts.last_purchase_on;
  if (lastOn === null) {
    return {
      state: 'new', dots: [], expected: null, today: 1, shortened: false,
      expectedOn: null, daysSince: null, daysLate: null, cycleDays: null,
    };
  }
  const cycleDays = facts.cycle_days !== null && facts.cycle_days > 0 ? facts.cycle_days : null;
  const daysSince = Math.max(0, daysBetween(lastOn, today));
  const days = [0];
  for (const gap of facts.purchase_gaps) days.push((days.at(-1) ?? 0) + Math.max(0, gap));
  const last = days.at(-1) ?? 0;

  // A long silence would press all purchases into the left edge: it is drawn at most as long as what came before it.
  const longestSilence = Math.max((cycleDays ?? 30) * 2, last * 0.8);
  const shortened = daysSince > longestSilence;
  const todayAt = last + (shortened ? longestSilence : daysSince);
  const expectedAt = cycleDays === null ? null : last + cycleDays;
  const span = Math.max(todayAt, expectedAt ?? 0, 1);

  return {
    state: stateOf(daysSince, cycleDays),
    dots: days.map((day) => day / span),
    expected: expectedAt === null ? null : expectedAt / span,
    today: todayAt / span,
    shortened,
    expectedOn: cycleDays === null ? null : addDays(lastOn, cycleDays),
    daysSince,
    daysLate: cycleDays === null ? null : daysSince - Math.round(cycleDays),
    cycleDays,
  };
}
