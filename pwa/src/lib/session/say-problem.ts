import { ApiProblem, OFFLINE } from '$lib/api';
import { m } from '$lib/i18n/paraglide/messages';

/** What went wrong, for a person: the server's own sentence where it words one for people, otherwise ours. */
export function sayProblem(problem: unknown): string {
  if (!(problem instanceof ApiProblem)) return m.error_unexpected();
  if (problem.code === OFFLINE) return m.error_offline();
  if (problem.status === 401) return m.error_session_expired();
  if (problem.status === 403) return m.error_forbidden();
  if (problem.status === 404) return m.error_not_found();
  if (problem.status === 429) return m.error_rate_limited();
  if (problem.status >= 500 || problem.detail === '') return m.error_unexpected();
  return problem.detail;
}

/** What is wrong with one field of a form, or undefined. */
export function sayField(problem: unknown, field: string): string | undefined {
  return problem instanceof ApiProblem ? problem.fields[field]?.join(' ') : undefined;
}

export function isOffline(problem: unknown): boolean {
  return problem instanceof ApiProblem && problem.code === OFFLINE;
}
