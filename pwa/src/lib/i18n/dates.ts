/** Days and times in the reader's words. Pure: the moment that counts as now is always given. */

const dayInMs = 86_400_000;

/** The business day (ISO) that a moment falls on in a store's time zone. */
export function businessDay(moment: Date, timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(moment);
  } catch {
    return moment.toISOString().slice(0, 10);
  }
}

/** `11.19` in Korean, `19 Nov` in English; with the year when it is another one than today's. */
export function formatDay(day: string, locale: string, today: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  const sameYear = day.slice(0, 4) === today.slice(0, 4);
  if (locale === 'ko') {
    const short = `${String(date.getUTCMonth() + 1)}.${String(date.getUTCDate())}`;
    return sameYear ? short : `${day.slice(0, 4)}.${short}`;
  }
  const options: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', timeZone: 'UTC' };
  return new Intl.DateTimeFormat('en-GB', sameYear ? options : { ...options, year: 'numeric' }).format(date);
}

/** A day up to a week away in words (`어제`, `3 days ago`), farther away as a date. */
export function relativeDay(day: string, locale: string, today: string): string {
  const days = Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / dayInMs);
  if (Math.abs(days) > 7) return formatDay(day, locale, today);
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(days, 'day');
}

/** `14:02` */
export function formatTime(moment: string, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale === 'ko' ? 'ko' : 'en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(new Date(moment));
}

/** A moment: the time alone today, otherwise with the day (relative up to a week). */
export function formatMoment(moment: string, locale: string, now: Date, timeZone: string): string {
  const time = formatTime(moment, locale, timeZone);
  const day = businessDay(new Date(moment), timeZone);
  const today = businessDay(now, timeZone);
  return day === today ? time : `${relativeDay(day, locale, today)} ${time}`;
}
