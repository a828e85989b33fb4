import type { Formatter } from '$lib/i18n/formatter';
import { m } from '$lib/i18n/paraglide/messages';
import type { Rhythm } from '$lib/rhythm';

/** How far today is past the expected day, or ahead of it. */
function distanceWords(late: number): string {
  if (late > 0) return late === 1 ? m.rhythm_late_one() : m.rhythm_late({ days: late });
  if (late === 0) return m.rhythm_today();
  return late === -1 ? m.rhythm_tomorrow() : m.rhythm_ahead({ days: -late });
}

/** Lateness in a few words for a row of a list; empty where there is nothing to say. */
export function latenessWords(rhythm: Rhythm): string {
  return rhythm.daysLate === null || !rhythm.near ? '' : distanceWords(rhythm.daysLate);
}

/** The same for the list of who is due, where everyone has a day however early it is. */
export function dueWords(rhythm: Rhythm): string {
  return rhythm.daysLate === null ? '' : distanceWords(rhythm.daysLate);
}

/** How often she comes, or who is like her does; empty where neither is known. */
export function cycleWords({ cycleDays: days, borrowed }: Rhythm): string {
  if (days === null) return '';
  if (borrowed) return m.rhythm_cycle_similar({ days });
  return days === 1 ? m.rhythm_daily() : m.rhythm_cycle({ days });
}

/** `11일 늦음: 보통 21일마다`; while she is not late, when she is expected. */
export function againstWords(rhythm: Rhythm): string {
  const { cycleDays: days, daysLate, borrowed } = rhythm;
  if (days === null || daysLate === null) return '';
  if (daysLate <= 0) return distanceWords(daysLate);
  const own = days === 1 ? m.rhythm_usual_daily() : m.rhythm_usual({ days });
  return m.rhythm_against({ late: distanceWords(daysLate), usual: borrowed ? m.rhythm_usual_similar({ days }) : own });
}

/** The line of the card: how late she is against what is usual, or when she is expected, or why nobody can tell. */
export function rhythmWords(rhythm: Rhythm, format: Formatter): string {
  if (rhythm.state === 'none') return m.rhythm_new();
  if (rhythm.expectedOn === null || rhythm.daysLate === null) return m.rhythm_once();
  if (rhythm.daysLate > 0) return againstWords(rhythm);
  return `${distanceWords(rhythm.daysLate)} · ${m.rhythm_expected({ day: format.day(rhythm.expectedOn) })}`;
}
