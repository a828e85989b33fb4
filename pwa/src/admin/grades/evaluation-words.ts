import { m } from '$lib/i18n/paraglide/messages';
import type { Kind } from './grades';

const states: Record<string, () => string> = {
  waiting: m.evaluation_waiting, computing: m.evaluation_computing, ready: m.evaluation_ready, applying: m.evaluation_applying,
  applied: m.evaluation_applied, discarded: m.evaluation_discarded, stopped: m.evaluation_stopped, failed: m.evaluation_failed,
};

export function stateWords(state: string): string {
  return (states[state] ?? m.evaluation_waiting)();
}

const kinds: Record<Kind, () => string> = {
  enter: m.evaluation_kind_enter, raise: m.evaluation_kind_raise, keep: m.evaluation_kind_keep, grace: m.evaluation_kind_grace, fall: m.evaluation_kind_fall,
};

/** What happens, as a filter and a count name it. */
export function kindWords(kind: Kind): string {
  return kinds[kind]();
}
