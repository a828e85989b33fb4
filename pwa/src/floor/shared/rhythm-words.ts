import type { Formatter } from '$lib/i18n/formatter';
import { m } from '$lib/i18n/paraglide/messages';
import type { Rhythm } from '$lib/rhythm';

/** Lateness in a few words for a row of a list; empty where there is nothing to say. */
export function latenessWords(rhythm: Rhythm): string {
  const late = rhythm.daysLate;
  if (late === null) return '';
  if (rhythm.state === 'at_risk') return m.rhythm_risk({ days: late });
  if (late > 0) return m.rhythm_late({ days: late });
  if (rhythm.state !== 'due') return '';
  return late === 0 ? m.rhythm_today() : m.rhythm_ahead({ days: -late });
}

/** The whole line in words: the expected day and how far away it is, or why there is none. */
export function rhythmWords(rhythm: Rhythm, format: Formatter): string {
  if (rhythm.state === 'new') return m.rhythm_new();
  if (rhythm.expectedOn === null || rhythm.daysLate === null) return m.rhythm_once();
  const expected = m.rhythm_expected({ day: format.day(rhythm.expectedOn) });
  const late = rhythm.daysLate;
  if (late > 0) return `${expected} · ${latenessWords(rhythm)}`;
  return `${expected} · ${late === 0 ? m.rhythm_today() : m.rhythm_ahead({ days: -late })}`;
}
