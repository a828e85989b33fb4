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
  if (rhythm.daysLate === null) return '';
  if (rhythm.state === 'at_risk') return m.rhythm_risk({ days: rhythm.daysLate });
  return rhythm.daysLate > 0 || rhythm.state === 'due' ? distanceWords(rhythm.daysLate) : '';
}

/** The same for the list of who is due, where everyone has a day however early it is. */
export function dueWords(rhythm: Rhythm): string {
  return latenessWords(rhythm) || (rhythm.daysLate === null ? '' : distanceWords(rhythm.daysLate));
}

/** The whole line in words: the expected day and how far away it is, or why there is none. */
export function rhythmWords(rhythm: Rhythm, format: Formatter): string {
  if (rhythm.state === 'new') return m.rhythm_new();
  if (rhythm.expectedOn === null || rhythm.daysLate === null) return m.rhythm_once();
  const expected = m.rhythm_expected({ day: format.day(rhythm.expectedOn) });
  return `${expected} · ${rhythm.daysLate > 0 ? latenessWords(rhythm) : distanceWords(rhythm.daysLate)}`;
}
