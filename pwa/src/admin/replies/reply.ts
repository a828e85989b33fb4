import { m } from '$lib/i18n/paraglide/messages';

/** A text that somebody wrote to us, as `GET /replies` has it. */
export interface Reply {
  id: string;
  /** Null when nobody here has that number. */
  customer: { id: string; name: string } | null;
  number: string | null;
  body: string;
  received_at: string;
  kind: string;
  doubtful: boolean;
  /** Code of the business unit that was written to. */
  sender: string | null;
  /** Whom it is for; null: whoever is at the store. */
  staff: string | null;
  handled_at: string | null;
}

export const REPLY_STATES = ['open', 'mine', 'unknown', 'doubtful', 'handled'] as const;
export type ReplyState = (typeof REPLY_STATES)[number];

const states: Record<ReplyState, () => string> = {
  open: m.replies_open, mine: m.replies_mine, unknown: m.replies_unknown, doubtful: m.replies_doubtful, handled: m.replies_handled,
};

export function replyStateName(state: ReplyState): string {
  return states[state]();
}
