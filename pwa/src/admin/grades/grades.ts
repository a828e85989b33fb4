import { api, call } from '$lib/api';
import type { NamedGrade } from '$lib/i18n/grade-names.svelte';

/** GET /grades */
export interface Grade extends NamedGrade {
  id: string;
  invitation_only: boolean;
  spend: number | null;
  visits: number | null;
  units: number | null;
  keep_spend: number | null;
  keep_visits: number | null;
  keep_units: number | null;
  grace_months: number;
  gift_points: number | null;
  gift_unit: string | null;
  gift_months: number | null;
}

export interface GradeProgramme {
  months: number;
  currency: string;
  falls: string;
  monthly: string;
}

export interface Grades {
  items: Grade[];
  programme: GradeProgramme;
  members: { code: string | null; members: number }[];
}

export interface Move {
  from_code: string | null;
  to_code: string;
  members: number;
}

/** GET /grades/evaluations/ID */
export interface EvaluationRecord {
  id: string;
  as_of: string;
  since: string;
  currency: string;
  state: string;
  done: number;
  total: number;
  counts: Record<string, number>;
  moves: Move[];
  asked_at: string;
  ended_at: string | null;
}

/** GET /grades/evaluations/ID/members */
export interface Proposal {
  id: string;
  customer_id: string;
  name: string;
  kind: string;
  from_code: string | null;
  to_code: string;
  grace_until: string | null;
  spend: number;
  visits: number;
  units: number;
  state: string;
}

export const KINDS = ['enter', 'raise', 'keep', 'grace', 'fall'] as const;
export type Kind = (typeof KINDS)[number];

/** @throws ApiProblem */
export async function readGrades(): Promise<Grades> {
  return (await call(api.GET('/api/v1/grades'))) as Grades;
}

/** Whether the worker is at it: it is worth looking again. */
export function readEvaluation(id: string): Promise<EvaluationRecord> {
  return call(api.GET('/api/v1/grades/evaluations/{evaluation_id}', { params: { path: { evaluation_id: id } } })) as Promise<EvaluationRecord>;
}

/** Applies it; or stops it, or drops what it found. */
export function tellEvaluation(id: string, what: 'apply' | 'drop'): Promise<EvaluationRecord> {
  const params = { params: { path: { evaluation_id: id } } };
  const telling = what === 'apply'
    ? call(api.POST('/api/v1/grades/evaluations/{evaluation_id}/apply', params))
    : call(api.POST('/api/v1/grades/evaluations/{evaluation_id}/drop', params));
  return telling as Promise<EvaluationRecord>;
}

export function isUnderWay({ state }: Pick<EvaluationRecord, 'state'>): boolean {
  return ['waiting', 'computing', 'applying'].includes(state);
}
