/** Money is whole minor units and an ISO 4217 code; these turn it into what people read and back. Pure. */

/** Decimal places of a currency by ISO 4217, as the browser knows them (KRW and JPY have none). */
export function decimalsOf(currency: string): number {
  try {
    return (
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
    );
  } catch {
    return 2;
  }
}

/** `89,000원` in Korean and `₩89,000` in English; other currencies as the reader's locale writes them. */
export function formatMoney(minor: number, currency: string, locale: string): string {
  const decimals = decimalsOf(currency);
  const major = minor / 10 ** decimals;
  if (currency === 'KRW' && locale === 'ko') return `${formatNumber(major, locale)}원`;
  try {
    return new Intl.NumberFormat(locale, {
      style: 'currency',
      currency,
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    }).format(major);
  } catch {
    return `${formatNumber(major, locale)} ${currency}`;
  }
}

export function formatNumber(value: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(value);
}

/**
 * What someone typed as an amount, in minor units; null when it is not an amount of this currency (letters, a negative
 * number, more decimal places than the currency has).
 */
export function parseMoney(text: string, currency: string): number | null {
  const plain = text.replace(/[\s,원₩$¥€£]/g, '');
  if (!/^\d{1,12}(\.\d+)?$/.test(plain)) return null;
  const [whole = '0', fraction = ''] = plain.split('.');
  const decimals = decimalsOf(currency);
  if (fraction.length > decimals) return null;
  return Number(whole) * 10 ** decimals + Number(fraction.padEnd(decimals, '0') || '0');
}

/** Minor units as one types them into a field: no grouping, no currency. */
export function moneyToField(minor: number, currency: string): string {
  const decimals = decimalsOf(currency);
  return decimals === 0 ? String(minor) : (minor / 10 ** decimals).toFixed(decimals);
}
