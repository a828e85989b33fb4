import { m } from '$lib/i18n/paraglide/messages';

interface ExtraRule {
  id: string;
  name: string;
  card_issuer: string | null;
}

export interface Extra {
  id: string;
  name: string;
  points: number;
}

/** What of an entry's points came on top, and for what: a partner's card by its issuer, else the rule by its name. */
export function extras(byRule: Readonly<Record<string, number>>, rules: readonly ExtraRule[]): Extra[] {
  return rules.flatMap(({ id, name, card_issuer: issuer }) => {
    const points = byRule[id];
    return points === undefined ? [] : [{ id, name: issuer === null ? name : m.points_extra_card({ issuer }), points }];
  });
}
