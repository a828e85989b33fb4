import { m } from '$lib/i18n/paraglide/messages';
import type { Json } from './rule';

/** Three rules to begin with, shown while there is no segment. */
export const examples: readonly { readonly key: string; readonly title: () => string; readonly rule: Json }[] = [
  {
    key: 'points',
    title: m.segment_example_points,
    rule: { all: [{ is: 'points', op: 'at_least', value: 30_000 }, { is: 'district', op: 'is', value: ['강남구'] }] },
  },
  {
    key: 'away',
    title: m.segment_example_away,
    rule: { all: [{ is: 'purchase_days', op: 'at_least', value: 4 }, { is: 'last_purchase', op: 'longer_ago', value: 90 }] },
  },
  { key: 'birthday', title: m.segment_example_birthday, rule: { all: [{ is: 'birthday', op: 'coming', value: 14 }] } },
];
