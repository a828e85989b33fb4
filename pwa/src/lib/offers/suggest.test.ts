import { describe, expect, test } from 'vitest';
import vectors from '../../../../tests/contract/suggestions.json';
import { barredBy, suggest, type Article, type Partner } from './suggest';
import { likes, mayMean } from './tastes';

type Row = [string, string, string | null, string | null, string | null, string | null];
interface Case {
  name: string;
  asked: { basket: string[]; now?: boolean; unit?: string; preferences?: [string, string][] };
  articles?: Row[];
  pairings: Record<string, Partner[]>;
  popular: Partner[];
  suggested: unknown;
}

const cases = vectors.suggestions as unknown as Case[];
const articlesOf = (rows: Row[]): Article[] =>
  rows.map(([sku, name, name_latin, brand, category, business_unit]) => ({ sku, name, name_latin, brand, category, business_unit }));

describe('words of a preference', () => {
  test.each(vectors.tastes)('$value / $named', ({ value, named, may_mean, likes: liked }) => {
    expect(mayMean(value, named)).toBe(may_mean);
    expect(likes(value, named)).toBe(liked);
  });
});

describe('what is offered', () => {
  test.each(cases)('$name', (each) => {
    const articles = articlesOf(each.articles ?? (vectors.articles as unknown as Row[]));
    const preferences = (each.asked.preferences ?? []).map(([kind, value]) => ({ kind, value }));
    const asked = { ...each.asked, preferences, barred: barredBy(preferences, () => articles) };
    const found = suggest(asked, {
      pairings: (sku) => each.pairings[sku] ?? [],
      popular: each.popular,
      article: (sku) => articles.find((article) => article.sku === sku) ?? null,
    });
    expect(found).toEqual(each.suggested);
  });
});
