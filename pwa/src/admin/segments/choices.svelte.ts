import { api, call } from '$lib/api';
import { businessUnits, unitName } from '../shared/stores';

export interface Named {
  readonly value: string;
  readonly label: string;
}

interface Row {
  id: string;
  code?: string;
  sku?: string;
  name: string;
  name_latin?: string | null;
}

/** What can be chosen where a rule names a store, a unit, a grade, a coupon or another segment; read once. */
export class Choices {
  #found = $state.raw<Readonly<Record<string, readonly Named[]>>>({});
  readonly #language: string;

  constructor(language: string, own: string | null) {
    this.#language = language;
    void this.#read('unit', async () => (await businessUnits()).map((unit) => ({ value: unit.id, label: unitName(unit, language) })));
    void this.#read('store', async () => this.#rows((await call(api.GET('/api/v1/stores', { params: { query: { limit: 100 } } }))) as { items: Row[] }, 'id'));
    void this.#read('grade', async () => this.#rows((await call(api.GET('/api/v1/grades'))) as { items: Row[] }, 'code'));
    void this.#read('coupon', async () => this.#rows((await call(api.GET('/api/v1/coupons'))) as { items: Row[] }, 'id'));
    void this.#read('segment', async () => {
      const found = (await call(api.GET('/api/v1/segments', { params: { query: { limit: 100 } } }))) as { items: Row[] };
      return this.#rows({ items: found.items.filter((each) => each.id !== own) }, 'id');
    });
  }

  /** The choices of a kind; null where there are none to choose from, or not yet. */
  of(kind: string): readonly Named[] | null {
    return this.#found[kind] ?? null;
  }

  /** Articles whose name or number begins with what was typed. @throws ApiProblem */
  async products(text: string): Promise<readonly Named[]> {
    const found = (await call(api.GET('/api/v1/products', { params: { query: { q: text, limit: 8 } } }))) as { items: Row[] };
    return found.items.map((each) => ({ value: each.id, label: `${this.#name(each)} (${each.sku ?? ''})` }));
  }

  #rows(found: { items: Row[] }, key: 'id' | 'code'): readonly Named[] {
    return found.items.map((each) => ({ value: each[key] ?? each.id, label: this.#name(each) }));
  }

  #name(row: Row): string {
    return this.#language === 'ko' ? row.name : (row.name_latin ?? row.name);
  }

  async #read(kind: string, read: () => Promise<readonly Named[]>): Promise<void> {
    const found = await read().catch(() => []);
    this.#found = { ...this.#found, [kind]: found };
  }
}
