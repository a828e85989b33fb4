import { m } from './paraglide/messages';

/** What comes of asking a member, in the order in which it is offered, and how many days each keeps her off the list. */
export const OUTCOMES = ['no_answer', 'will_come', 'call_back', 'problem', 'not_interested', 'wrong_number'] as const;
export type OutcomeCode = (typeof OUTCOMES)[number];
export const PROBLEMS = ['price', 'taste', 'service', 'competitor', 'moved', 'no_need', 'other'] as const;
export type ProblemCode = (typeof PROBLEMS)[number];

const outcomes: Record<string, () => string> = {
  no_answer: m.outcome_no_answer, will_come: m.outcome_will_come, call_back: m.outcome_call_back,
  problem: m.outcome_problem, not_interested: m.outcome_not_interested, wrong_number: m.outcome_wrong_number,
};
const problems: Record<string, () => string> = {
  price: m.problem_price, taste: m.problem_taste, service: m.problem_service, competitor: m.problem_competitor,
  moved: m.problem_moved, no_need: m.problem_no_need, other: m.problem_other,
};
/** As `backend/insight/outreach/rules.py` has it. */
const restDays: Record<Exclude<OutcomeCode, 'wrong_number'>, number> = {
  no_answer: 3, will_come: 14, call_back: 3, problem: 28, not_interested: 90,
};

export function outcomeName(outcome: string): string {
  return (outcomes[outcome] ?? m.outcomes_title)();
}

export function problemName(reason: string): string {
  return (problems[reason] ?? m.problem_other)();
}

/** An outcome with its reason. */
export function outcomeWords({ outcome, reason }: { outcome: string; reason?: string | null | undefined }): string {
  const name = outcomeName(outcome);
  return reason ? m.outcome_with({ outcome: name, reason: problemName(reason) }) : name;
}

/** For how long she is left in peace after an outcome. */
export function restWords(outcome: OutcomeCode): string {
  return outcome === 'wrong_number' ? m.outcome_rest_number() : m.outcome_rest({ days: restDays[outcome] });
}

const callReasons: Record<string, () => string> = {
  no_consent: m.call_reason_no_consent, refused: m.call_reason_refused, no_phone: m.call_reason_no_phone,
  bad_number: m.call_reason_bad_number, under_14: m.call_reason_under_14, night: m.call_reason_night,
  reconfirmation_due: m.call_reason_reconfirmation_due, after_complaint: m.call_reason_after_complaint,
  after_return: m.call_reason_after_return, cap_day: m.call_reason_cap, cap_week: m.call_reason_cap, cap_month: m.call_reason_cap,
};

/** Why nobody calls her, in one sentence. */
export function callReasonWords(code: string | null): string {
  return m.call_not({ why: (callReasons[code ?? ''] ?? m.call_reason_other)() });
}

const riskReasons: Record<string, () => string> = {
  rhythm: m.risk_reason_rhythm, spend: m.risk_reason_spend, frequency: m.risk_reason_frequency,
};

/** What makes her return less likely; empty where nothing is said. */
export function riskReasonWords(codes: readonly string[]): string {
  const known = codes.flatMap((code) => riskReasons[code]?.() ?? []);
  return known.length === 0 ? '' : m.risk_why({ reasons: known.join(', ') });
}

/** GET /customers/ID/outreach: what came of asking her, and what the gate and the models said of her then. */
export interface OutreachRecord {
  id: string;
  outcome: string;
  reason: string | null;
  note: string | null;
  occurred_at: string;
  staff: string | null;
  store: string;
  rests_until: string;
  verdict: string;
  verdict_text: string | null;
  chance: number | null;
  stake: number | null;
  currency: string | null;
}
