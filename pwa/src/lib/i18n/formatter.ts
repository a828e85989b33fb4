import { businessDay, formatDay, formatMoment, formatTime, relativeDay } from './dates';
import type { Language } from './language.svelte';
import { formatMoney, formatNumber } from './money';

/** The reader's locale, the store's time zone and the time, bound once, so that screens write `format.money(…)`. */
export class Formatter {
  readonly #language: Language;
  readonly #timeZone: () => string;
  readonly #now: () => Date;

  constructor(language: Language, timeZone: () => string, now: () => Date = () => new Date()) {
    this.#language = language;
    this.#timeZone = timeZone;
    this.#now = now;
  }

  /** Today's business day in the store's time zone. */
  get today(): string {
    return businessDay(this.#now(), this.#timeZone());
  }

  money(minor: number, currency: string): string {
    return formatMoney(minor, currency, this.#language.current);
  }

  number(value: number): string {
    return formatNumber(value, this.#language.current);
  }

  day(day: string): string {
    return formatDay(day, this.#language.current, this.today);
  }

  /** The store's day of a moment. */
  dayOf(moment: string): string {
    return this.day(businessDay(new Date(moment), this.#timeZone()));
  }

  relativeDay(day: string): string {
    return relativeDay(day, this.#language.current, this.today);
  }

  time(moment: string): string {
    return formatTime(moment, this.#language.current, this.#timeZone());
  }

  /** A moment with its day, also today: for a heading that stands alone. */
  stamp(moment: string): string {
    return `${this.day(businessDay(new Date(moment), this.#timeZone()))} ${this.time(moment)}`;
  }

  moment(moment: string): string {
    return formatMoment(moment, this.#language.current, this.#now(), this.#timeZone());
  }
}
