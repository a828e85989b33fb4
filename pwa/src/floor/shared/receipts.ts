import type { OutboxEntry } from '$lib/book';
import { flagTodo, flagWords } from '$lib/i18n/flags';
import { m } from '$lib/i18n/paraglide/messages';
import { fieldName } from '$lib/i18n/words';

/** `good` went through; `look` went through and a person should look; `bad` did not; `wait` is on its way. */
export type ReceiptTone = 'wait' | 'good' | 'look' | 'bad';

export interface ReceiptDifference {
  readonly field: string;
  readonly yours: string;
  readonly server: string;
}

/** The server's answer to one record, in plain words. */
export interface ReceiptWords {
  readonly title: string;
  readonly state: string;
  readonly tone: ReceiptTone;
  readonly sentences: readonly string[];
  readonly differences: readonly ReceiptDifference[];
}

/** What somebody at the tablet needs to know of an answer that wants a look. */
export interface Advice {
  readonly safe: string;
  readonly todo: string;
}

const kinds: Record<string, () => string> = {
  'sale.log': m.kind_sale, 'sale.return': m.kind_return, 'customer.register': m.kind_register,
  'customer.edit': m.kind_edit, 'consent.record': m.kind_consent, 'note.add': m.kind_note,
  'preference.set': m.kind_preference, 'message.request': m.kind_text,
  'outreach.record': m.kind_outreach, 'outreach.take_back': m.kind_outreach_back,
};

/** Refusals that are said in words of the app's own language. */
const rejections: Record<string, () => string> = {
  payload_mismatch: m.rejected_payload_mismatch, unknown_template: m.rejected_unknown_template, invalid_fields: m.rejected_invalid_fields,
  unknown_outreach: m.rejected_unknown_outreach, too_late_to_take_back: m.rejected_too_late,
};

export function kindName(kind: string): string {
  return (kinds[kind] ?? m.kind_other)();
}

function valueWords(value: unknown): string {
  if (value === null || value === undefined || value === '') return m.conflict_empty();
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

function rejectionWords(entry: OutboxEntry): string[] {
  const own = rejections[entry.result?.code ?? ''];
  const said = own === undefined ? entry.result?.message : own();
  return [m.rejected_intro(), ...(said === undefined || said === '' ? [] : [said])];
}

/** True for what was sent and has no receipt although the server can be reached: it goes on being sent. */
export function isStuck(entry: OutboxEntry): boolean {
  return entry.problem !== undefined && (entry.state === 'waiting' || entry.state === 'sending');
}

function problemWords(entry: OutboxEntry): string[] {
  return isStuck(entry) ? [m.stuck_intro(), m.stuck_hint()] : [];
}

/** True for answers that a person should see and has not: flags, values that differ, refusals. */
export function needsLook(entry: OutboxEntry): boolean {
  if (entry.seenAt !== undefined) return false;
  return entry.state === 'conflict' || entry.state === 'rejected' || (entry.result?.flags ?? []).length > 0;
}

/** What is safe and what to do about an answer that needs a look. */
export function adviceOn(entry: OutboxEntry): Advice {
  if (entry.state === 'rejected') {
    const todos: Record<string, () => string> = { 'customer.register': m.todo_rejected_register, 'message.request': m.todo_rejected_text };
    const todo = (todos[entry.kind] ?? m.todo_rejected)();
    return { safe: m.safe_rejected(), todo };
  }
  if (entry.state === 'conflict') return { safe: m.safe_conflict(), todo: m.todo_conflict() };
  return { safe: m.safe_flagged(), todo: flagTodo(entry.result?.flags ?? []) };
}

export function receiptWords(entry: OutboxEntry): ReceiptWords {
  const title = kindName(entry.kind);
  const raised = (entry.result?.flags ?? []).map(flagWords);
  switch (entry.state) {
    case 'waiting':
      return { title, state: isStuck(entry) ? m.state_stuck() : m.state_waiting(), tone: 'wait', sentences: problemWords(entry), differences: [] };
    case 'sending':
      return { title, state: m.state_sending(), tone: 'wait', sentences: problemWords(entry), differences: [] };
    case 'applied':
      return {
        title,
        state: raised.length > 0 ? m.state_flagged() : m.state_applied(),
        tone: raised.length > 0 ? 'look' : 'good',
        sentences: raised.length === 0 && entry.kind === 'message.request' ? [m.text_asked_queued()] : raised,
        differences: [],
      };
    case 'conflict':
      return {
        title,
        state: m.state_conflict(),
        tone: 'look',
        sentences: [m.conflict_intro(), ...raised],
        differences: Object.entries(entry.result?.fields ?? {}).map(([field, values]) => ({
          field: fieldName(field), yours: valueWords(values.yours), server: valueWords(values.server),
        })),
      };
    case 'rejected':
      return { title, state: m.state_rejected(), tone: 'bad', sentences: rejectionWords(entry), differences: [] };
  }
}
