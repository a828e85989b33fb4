// What to offer next to a basket; backend/insight/offers/rules.py says the same, and tests/contract/suggestions.json holds
// both to it. Everything is a whole number.
import { likes, mayMean, mayMeanWords, subjects, words } from './tastes';

/** What goes with an article: share of its buyers in thousandths, lift in hundredths, counted from members. */
export type Partner = readonly [sku: string, kind: number, share: number, lift: number, members: number];

export interface Article {
  sku: string;
  name: string;
  name_latin: string | null;
  brand: string | null;
  category: string | null;
  /** Code of the business unit that alone sells it. */
  business_unit: string | null;
}

export interface Preference {
  kind: string;
  value: string;
}

/** `of` is an article of the basket, `share` in thousandths; `value` is the preference that names it. */
export type Reason =
  | { code: 'together' | 'next'; of: string; share: number }
  | { code: 'liked'; value: string }
  | { code: 'popular' };

export interface Suggestion {
  sku: string;
  reason: Reason;
}

export interface Asked {
  /** The articles of her last purchase, or where `now`, of the one that is being made. */
  basket: readonly string[];
  now?: boolean;
  preferences?: readonly Preference[];
  /** Code of the business unit that sells; null where anything may be. */
  unit?: string | null;
  /** Categories that an allergy rules out (`barredBy`). */
  barred?: ReadonlySet<string>;
}

/** What is known of articles; null of one that is sold no more. */
export interface Known {
  pairings: (sku: string) => readonly Partner[];
  popular: readonly Partner[];
  article: (sku: string) => Article | null;
}

interface Candidate {
  article: Article;
  score: number;
  reason: Reason;
  liked: boolean;
}

export const SUGGESTIONS = 3;
const TOGETHER = 0;
const NEXT = 1;
const POPULAR = 2;
const NOW: ReadonlyMap<number, number> = new Map([[TOGETHER, 1]]);
/** For a later visit what is bought next says four times as much as what is bought with it. */
const LATER: ReadonlyMap<number, number> = new Map([[NEXT, 4], [TOGETHER, 1], [POPULAR, 4]]);

function named({ name, name_latin, brand, category }: Article): string {
  return [name, name_latin, brand, category].filter(Boolean).join(' ');
}

/** The categories of all articles that an allergy may mean: what is made beside them is not offered, either. */
export function barredBy(preferences: readonly Preference[], articles: () => Iterable<Article>): Set<string> {
  const allergies = preferences.filter(({ kind }) => kind === 'allergy').flatMap(({ value }) => subjects(value));
  const barred = new Set<string>();
  if (allergies.length === 0) return barred;
  for (const article of articles()) {
    if (article.category === null || article.category === '' || barred.has(article.category)) continue;
    if (mayMeanWords(allergies, words(named(article)))) barred.add(article.category);
  }
  return barred;
}

/** At most three articles that are not in the basket: what she likes first, then the likeliest, of different categories where there are such. */
export function suggest(asked: Asked, known: Known): Suggestion[] {
  const found = candidates(asked, known).sort(
    (one, other) => Number(other.liked) - Number(one.liked) || other.score - one.score || (one.article.sku < other.article.sku ? -1 : 1),
  );
  const categories = new Set<string>();
  const chosen = found.filter(({ article: { category } }) => {
    if (category !== null && categories.has(category)) return false;
    if (category !== null && category !== '') categories.add(category);
    return true;
  });
  const rest = found.filter((each) => !chosen.includes(each));
  return [...chosen, ...rest].slice(0, SUGGESTIONS).map(({ article: { sku }, reason }) => ({ sku, reason }));
}

/** Each article once, for its strongest reason; that everybody buys it is told only where nothing else is. */
function candidates(asked: Asked, { pairings, popular, article }: Known): Candidate[] {
  const weights = asked.now === true ? NOW : LATER;
  const best = new Map<string, { score: number; reason: Reason }>();
  for (const of of asked.basket) {
    for (const [sku, kind, share] of pairings(of)) {
      const score = share * (weights.get(kind) ?? 0);
      if (score > (best.get(sku)?.score ?? 0)) best.set(sku, { score, reason: { code: kind === NEXT ? 'next' : 'together', of, share } });
    }
  }
  for (const [sku, kind, share] of popular) {
    const score = share * (weights.get(kind) ?? 0);
    const there = best.get(sku);
    if (score > (there?.score ?? 0)) best.set(sku, { score, reason: there?.reason ?? { code: 'popular' } });
  }
  const found: Candidate[] = [];
  for (const [sku, { score, reason }] of best) {
    const candidate = asked.basket.includes(sku) ? null : article(sku);
    if (candidate === null || !mayOffer(candidate, asked)) continue;
    const liked = asked.preferences?.find(({ kind, value }) => kind === 'like' && likes(value, named(candidate)));
    found.push({ article: candidate, score, reason: liked === undefined ? reason : { code: 'liked', value: liked.value }, liked: liked !== undefined });
  }
  return found;
}

function mayOffer(article: Article, { unit, preferences, barred }: Asked): boolean {
  if (unit !== undefined && unit !== null && article.business_unit !== null && article.business_unit !== unit) return false;
  if (article.category !== null && barred?.has(article.category)) return false;
  const unwanted = preferences?.filter(({ kind }) => kind === 'dislike' || kind === 'allergy') ?? [];
  return !unwanted.some(({ value }) => mayMean(value, named(article)));
}
