import { api, call } from '$lib/api';
import { m } from '$lib/i18n/paraglide/messages';

/** An edit from a tablet that met another value (GET /conflicts). */
export interface Conflict {
  id: string;
  customer: { id: string; name: string };
  field: string;
  base: unknown;
  yours: unknown;
  server: unknown;
  /** What the field holds now. */
  current: unknown;
  staff: { login: string; name: string } | null;
  /** By the clock of the tablet; null when it could not be read. */
  edited_at: string | null;
  created_at: string;
  settled_at: string | null;
  settled_by: { login: string; name: string } | null;
  choice: Choice | null;
}

export type Choice = 'yours' | 'server';

/** Settles it, or settles it the other way. @throws ApiProblem */
export async function settle(id: string, choice: Choice): Promise<Conflict> {
  const params = { path: { conflict_id: id } };
  return (await call(api.POST('/api/v1/conflicts/{conflict_id}/settle', { params, body: { choice } }))) as Conflict;
}

export function valueWords(value: unknown): string {
  if (value === null || value === undefined || value === '') return m.conflict_empty();
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
