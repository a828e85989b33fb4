import { barredBy, suggest, type Article } from '$lib/offers';
import type { Collection } from './collection';
import type { Offer, OfferQuery, PairingRow, ProductRow } from './types';

interface Copy {
  products: Collection<ProductRow>;
  pairings: Collection<PairingRow>;
}

const DESCRIBED = ['sku', 'name', 'name_latin', 'brand', 'category', 'business_unit'] as const satisfies readonly (keyof Article)[];

/** What a tablet of the business unit `unit` offers by what its copy holds, at most three articles with their reasons. */
export function whatToOffer({ products, pairings }: Copy, { basket, now, preferences }: OfferQuery, unit: string | null): Offer[] {
  const article = (sku: string) => products.by('sku', sku);
  const partners = (key: string) => pairings.by('key', key)?.partners ?? [];
  const barred = barredBy(preferences, () => described(products));
  const found = suggest(
    { basket, now, preferences, unit, barred },
    { pairings: (sku) => partners(`sku:${sku}`), popular: unit === null ? [] : partners(`unit:${unit}`), article },
  );
  return found.flatMap(({ sku, reason }) => {
    const product = article(sku);
    return product === null ? [] : [{ product, reason, of: 'of' in reason ? (article(reason.of)?.name ?? reason.of) : null }];
  });
}

/** All articles as the rule looks at them: only who has an allergy asks for them. */
function* described(products: Collection<ProductRow>): Iterable<Article> {
  for (const { values } of products.scan(DESCRIBED)) {
    const [sku, name, name_latin, brand, category, business_unit] = values as [string, string, ...(string | null)[]];
    yield { sku, name, name_latin: name_latin ?? null, brand: brand ?? null, category: category ?? null, business_unit: business_unit ?? null };
  }
}
