import { m } from '$lib/i18n/paraglide/messages';
import { measure, type Horizon } from './models';

const states: Record<string, () => string> = {
  waiting: m.models_waiting,
  fitting: m.models_fitting,
  scoring: m.models_scoring,
  ready: m.models_state_ready,
  failed: m.models_state_failed,
};

export function stateWords(state: string): string {
  return (states[state] ?? m.models_state_failed)();
}

const problems: Record<string, () => string> = {
  no_sales: m.models_failed_no_sales,
  error: m.models_failed_error,
  ended: m.models_failed_ended,
};

export function problemWords(problem: string): string {
  return (problems[problem] ?? m.models_failed_error)();
}

/** Five days of the back-test, a fortnight apart, and history before them: 25 and 33 weeks. */
const MONTHS_WANTED: Record<number, number> = { 28: 6, 56: 8 };

/** Why a model is in use or not, in a sentence for each reason. */
export function whyWords({ released, reasons, mean, horizon }: Horizon): string {
  const auc = { auc: measure(mean.auc), floor: measure(mean.floor) };
  if (released) return m.models_used_because(auc);
  const against: Record<string, () => string> = {
    few_outcomes: m.models_against_few_outcomes,
    loses_to_recency: () => m.models_against_loses_to_recency(auc),
    loses_to_mean: () => m.models_against_loses_to_mean({ brier: measure(mean.brier), floor: measure(mean.brier_floor) }),
    miscalibrated: () => m.models_against_miscalibrated({ slope: measure(mean.slope, 2) }),
    little_history: () => m.models_against_little_history({ months: MONTHS_WANTED[horizon] ?? 8 }),
  };
  return reasons.map((reason) => (against[reason] ?? m.models_against_little_history.bind(null, { months: 8 }))()).join(' ');
}
