import { m } from './paraglide/messages';
import { messageStateName } from './words';

/** One text of a conversation (GET /customers/ID/conversation). */
export interface Turn {
  id: string;
  direction: string;
  body: string;
  at: string;
  /** Of what came in: a reply, a refusal or a grant. */
  kind: string | null;
  doubtful: boolean;
  open: boolean;
  /** Of what went out. */
  state: string | null;
  reason_text: string | null;
  staff: string | null;
}

/** What a text from somebody is, in a word; null for a plain reply. */
export function replyMark({ kind, doubtful }: { kind: string | null; doubtful: boolean }): string | null {
  if (kind === 'refusal') return m.reply_refusal();
  if (kind === 'grant') return m.reply_grant();
  return doubtful ? m.reply_doubtful() : null;
}

/** What is said below a text: who sent it, what became of it and why. */
export function turnNote(turn: Turn): string {
  if (turn.direction === 'in') return replyMark(turn) ?? '';
  return [turn.staff, turn.state === null ? null : messageStateName(turn.state), turn.reason_text].filter(Boolean).join(' · ');
}
