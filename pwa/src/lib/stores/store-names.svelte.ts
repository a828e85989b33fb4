import type { Language } from '$lib/i18n/language.svelte';

export interface NamedStore {
  readonly code: string;
  readonly name: string;
  readonly name_latin: string | null;
}

/** A store's name in a language: the Latin one in English where there is one. */
export function storeName({ name, name_latin }: Pick<NamedStore, 'name' | 'name_latin'>, language: string): string {
  return language === 'ko' ? name : (name_latin ?? name);
}

/** The business unit that the server names beside something; empty where it names none. */
export function unitOf({ unit, unit_latin }: { unit: string | null; unit_latin: string | null }, language: string): string {
  return unit === null ? '' : storeName({ name: unit, name_latin: unit_latin }, language);
}

/** A store with its business unit, which many stores have in their name already. */
export function withUnit(store: string, unit: string): string {
  return unit === '' || store.startsWith(unit) ? store : `${unit} · ${store}`;
}

/** What stores are called. Rows name a store by its code, people by its name. */
export class StoreNames {
  #stores = $state.raw<ReadonlyMap<string, NamedStore>>(new Map());
  readonly #language: Language;

  constructor(language: Language) {
    this.#language = language;
  }

  learn(stores: readonly NamedStore[]): void {
    this.#stores = new Map(stores.map((store) => [store.code, store]));
  }

  /** The store's name in the reader's language; its code while the name is not known. */
  of(code: string): string {
    const store = this.#stores.get(code);
    return store === undefined ? code : storeName(store, this.#language.current);
  }
}
