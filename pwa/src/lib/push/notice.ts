import { m } from '../i18n/paraglide/messages';

/** What a push says: a kind, how many there are, and where to look. Never a name. */
export interface PushNotice {
  readonly kind: PushKind;
  readonly count: number;
  readonly path: string;
  readonly language: 'ko' | 'en';
}

export type PushKind = keyof typeof places | 'unknown';
export type Surface = 'floor' | 'desk';

/**
 * Where a notice may lead, on each surface. A push can open nothing else, whatever it says: whoever could send one might
 * otherwise lead people anywhere.
 */
const places = {
  reply: { floor: '/floor/alerts', desk: '/admin/replies' },
  attention: { floor: '/admin/sales', desk: '/admin/sales' },
  conflict: { floor: '/admin/conflicts', desk: '/admin/conflicts' },
  paused: { floor: '/admin/messages', desk: '/admin/messages' },
  trial: { floor: '/floor/me', desk: '/admin/alerts' },
} as const;

const START = '/floor';
const MOST = 9_999;

/** What arrived, as far as it can be used: something is always shown, since a browser takes silence amiss. */
export function readNotice(said: unknown): PushNotice {
  const found = typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : {};
  const kind = typeof found.kind === 'string' && Object.hasOwn(places, found.kind) ? (found.kind as keyof typeof places) : 'unknown';
  const count = typeof found.count === 'number' && Number.isInteger(found.count) && found.count > 0 ? Math.min(found.count, MOST) : 1;
  return { kind, count, path: pathFor(kind, found.path), language: found.language === 'en' ? 'en' : 'ko' };
}

/** The path of a notice if its kind may lead there, else the kind's own screen on the floor. */
export function pathFor(kind: PushKind, wanted: unknown): string {
  if (kind === 'unknown') return START;
  const { floor, desk } = places[kind];
  return wanted === desk ? desk : floor;
}

/** Which kinds one sees by looking at a screen. */
export function kindsAt(path: string): string[] {
  return Object.entries(places).filter(([, { floor, desk }]) => path === floor || path === desk).map(([kind]) => kind);
}

/** The one sentence that a notice says, in `locale`; none names anybody. */
export function sentence({ kind, count }: Pick<PushNotice, 'kind' | 'count'>, locale: 'ko' | 'en'): string {
  const told = { count: new Intl.NumberFormat(locale).format(count) };
  switch (kind) {
    case 'reply':
      return m.push_says_reply(told, { locale });
    case 'attention':
      return m.push_says_attention(told, { locale });
    case 'conflict':
      return m.push_says_conflict(told, { locale });
    case 'paused':
      return m.push_says_paused({}, { locale });
    case 'trial':
      return m.push_says_trial({}, { locale });
    default:
      return m.push_says_unknown({}, { locale });
  }
}

/** What a kind is called where one chooses, and what it means; null for one that this app does not know. */
export function kindWords(name: string): { label: string; text: string } | null {
  switch (name) {
    case 'reply':
      return { label: m.push_kind_reply(), text: m.push_kind_reply_text() };
    case 'attention':
      return { label: m.push_kind_attention(), text: m.push_kind_attention_text() };
    case 'conflict':
      return { label: m.push_kind_conflict(), text: m.push_kind_conflict_text() };
    case 'paused':
      return { label: m.push_kind_paused(), text: m.push_kind_paused_text() };
    default:
      return null;
  }
}
