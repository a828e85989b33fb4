import { ApiProblem } from '$lib/api';
import { m } from '$lib/i18n/paraglide/messages';
import { sayProblem } from '$lib/session';

/** GET /points/corrections and /customers/ID/corrections */
export interface Correction {
  id: string;
  customer_id: string;
  customer_name: string;
  points: number;
  /** What the member has as of now. */
  balance: number;
  unit: string;
  unit_latin: string | null;
  reason: string;
  expires_on: string | null;
  state: string;
  asked_by: string | null;
  asked_at: string;
  decided_by: string | null;
  decided_at: string | null;
  note: string | null;
  undoes_id: string | null;
  undone: boolean;
  mine: boolean;
}

const states: Record<string, () => string> = {
  waiting: m.correction_state_waiting, applied: m.correction_state_applied, declined: m.correction_state_declined,
  withdrawn: m.correction_state_withdrawn,
};

export function correctionStateName(state: string): string {
  return (states[state] ?? m.correction_state_waiting)();
}

/** Points with the sign that a reader looks for. */
export function signed(points: number, number: (value: number) => string): string {
  return `${points < 0 ? '−' : '+'}${number(Math.abs(points))}`;
}

/** What failed about a correction or a transfer, in the reader's words. */
export function sayPoints(problem: unknown, number: (value: number) => string): string {
  if (!(problem instanceof ApiProblem)) return sayProblem(problem);
  if (problem.code === 'own_correction') return m.correction_own();
  if (problem.code === 'correction_decided' || problem.code === 'already_undone') return m.correction_decided();
  if (problem.code === 'transfer_decided') return m.transfer_decided();
  if (problem.code === 'points_lacking') return m.transfer_lacking({ points: number(Number(problem.body['balance'] ?? 0)) });
  return sayProblem(problem);
}
