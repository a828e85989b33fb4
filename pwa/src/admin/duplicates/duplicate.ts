import { api, call } from '$lib/api';
import { m } from '$lib/i18n/paraglide/messages';

export interface PairMember {
  id: string;
  name: string;
  name_latin: string | null;
  /** Masked. */
  phone: string | null;
  birth_date: string | null;
  sex: string | null;
  nationality: string | null;
  district: string | null;
  home_store: string | null;
  memo: string | null;
  cards: string[];
  created_at: string;
}

/** Two members who may be one person (GET /duplicates). */
export interface Pair {
  id: string;
  first: PairMember;
  second: PairMember;
  score: number;
  reasons: { field: string; agreement: string; weight: number }[];
}

export interface Merge {
  id: string;
  survivor_id: string;
  survivor: string | null;
  merged: string | null;
  merged_at: string;
  undone_at: string | null;
  unclear: string[][];
}

/** Fields that stand side by side; those in `CHOSEN` a person has once, and one of the two is kept. */
export const FIELDS = ['name', 'name_latin', 'phone', 'birth_date', 'sex', 'nationality', 'district', 'home_store', 'memo'] as const;
export type Field = (typeof FIELDS)[number];
const SENT_AS: Partial<Record<Field, string>> = { home_store: 'home_store_id' };

/** Makes one member of two; `take` are the fields whose value is the one of `merged`. @throws ApiProblem */
export async function merge(survivor: string, merged: string, take: readonly Field[]): Promise<Merge> {
  const body = { survivor_id: survivor, merged_id: merged, take: take.map((field) => SENT_AS[field] ?? field) } as never;
  return (await call(api.POST('/api/v1/merges', { body }))) as Merge;
}

/** Makes two of them again. @throws ApiProblem */
export async function undo(id: string): Promise<Merge> {
  return (await call(api.POST('/api/v1/merges/{merge_id}/undo', { params: { path: { merge_id: id } } }))) as Merge;
}

/** Says that the two are different people. @throws ApiProblem */
export async function different(id: string): Promise<void> {
  await call(api.POST('/api/v1/duplicates/{pair_id}/different', { params: { path: { pair_id: id } } }));
}

const reasons: Record<string, () => string> = {
  'phone:same': m.reason_phone_same, 'phone:near': m.reason_phone_near, 'phone:different': m.reason_phone_different,
  'card:same': m.reason_card_same, 'name:same': m.reason_name_same, 'name:romanised': m.reason_name_romanised,
  'name:partial': m.reason_name_partial, 'name:near': m.reason_name_near, 'name:given': m.reason_name_given,
  'name:surname': m.reason_name_surname, 'name:different': m.reason_name_different,
  'birth_date:same': m.reason_birth_same, 'birth_date:near': m.reason_birth_near, 'birth_date:different': m.reason_birth_different,
  'sex:different': m.reason_sex_different, 'nationality:different': m.reason_nationality_different,
  'contradiction:names_unsure': m.reason_names_unsure, 'contradiction:no_contact_shared': m.reason_no_contact,
};

/** Why they may or may not be one person, in words; what says little is left out. */
export function reasonWords({ reasons: found }: Pair): { text: string; speaks: 'for' | 'against' }[] {
  return found.flatMap(({ field, agreement, weight }) => {
    const words = reasons[`${field}:${agreement}`];
    return words === undefined ? [] : [{ text: words(), speaks: weight > 0 ? ('for' as const) : ('against' as const) }];
  });
}
