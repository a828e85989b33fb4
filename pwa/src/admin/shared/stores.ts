import { api, call } from '$lib/api';

export interface StoreChoice {
  code: string;
  name: string;
  name_latin: string | null;
}

/** All stores, by name and for choosing. @throws ApiProblem */
export async function storeChoices(): Promise<StoreChoice[]> {
  const found: StoreChoice[] = [];
  for (let after: string | null = null; ; ) {
    const query: { limit: number; after?: string } = { limit: 100, ...(after === null ? {} : { after }) };
    const page = (await call(api.GET('/api/v1/stores', { params: { query } }))) as { items: StoreChoice[]; next: string | null };
    found.push(...page.items);
    after = page.next;
    if (after === null) return found;
  }
}

/** What a business unit is called, in both scripts. */
export type UnitNames = Pick<BusinessUnit, 'code' | 'name' | 'name_latin'>;

export interface BusinessUnit {
  id: string;
  code: string;
  name: string;
  name_latin: string | null;
  /** What other units' people see of it: everything, or nothing of its own. */
  shares: 'all' | 'own';
  /** It writes to its customers of the last six months without a consent. */
  existing_customers: boolean;
  /** The tablets' facts are being worked out for a policy that was just set. */
  applying: boolean;
}

/** The business units to choose from. @throws ApiProblem */
export async function businessUnits(): Promise<BusinessUnit[]> {
  const page = (await call(api.GET('/api/v1/business-units', { params: { query: { limit: 100 } } }))) as { items: BusinessUnit[] };
  return page.items;
}

export function unitName({ name, name_latin }: UnitNames, language: string): string {
  return language === 'ko' ? name : (name_latin ?? name);
}

/** The name of the unit of a code; the code while the units are not there. */
export function unitNamed(code: string, units: readonly UnitNames[], language: string): string {
  const unit = units.find((each) => each.code === code);
  return unit === undefined ? code : unitName(unit, language);
}
