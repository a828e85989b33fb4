/** A country by its code (ISO 3166-1 alpha-2) in the reader's language; null for what is none. */
export function countryName(code: string, language: string): string | null {
  if (!/^[A-Za-z]{2}$/.test(code.trim())) return null;
  return new Intl.DisplayNames(language, { type: 'region', fallback: 'none' }).of(code.trim().toUpperCase()) ?? null;
}
