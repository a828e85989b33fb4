import type { DeviceMemory } from './device-memory';
import { isLocale, overwriteGetLocale, type Locale } from './paraglide/runtime';

/**
 * The language of the screens. Messages read it through Paraglide, so that every text on the page follows when it changes.
 */
export class Language {
  #current = $state<Locale>('ko');
  readonly #memory: DeviceMemory;
  readonly #tell: (locale: Locale) => void;

  /** @param tell hears of the language now and at each change: the server words its sentences in it. */
  constructor(memory: DeviceMemory, tell: (locale: Locale) => void) {
    this.#memory = memory;
    this.#tell = tell;
    const remembered = memory.read('language');
    if (isLocale(remembered)) this.#current = remembered;
    overwriteGetLocale(() => this.#current);
    this.#show();
  }

  get current(): Locale {
    return this.#current;
  }

  choose(locale: Locale): void {
    this.#current = locale;
    this.#memory.write('language', locale);
    this.#show();
  }

  #show(): void {
    document.documentElement.lang = this.#current;
    this.#tell(this.#current);
  }
}
