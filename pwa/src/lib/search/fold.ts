// Folding makes two spellings of one text equal: case, diacritics and full-width forms. It maps one UTF-16 unit to one
// unit, so a position in the folded text is the same position in the original, and marks need no translation.

/** Ends every folded text in a buffer; no range of a pattern contains it. */
export const END = 0;
/** Everything that is neither letter nor digit; patterns step over it. */
export const SEPARATOR = 0x20;

const fullWidth = { first: 0xff01, last: 0xff5e, shift: 0xfee0 };
const table = buildTable();

function foldUnit(unit: number): number {
  if (unit >= fullWidth.first && unit <= fullWidth.last) return foldUnit(unit - fullWidth.shift);
  // Outside these blocks (Hangul, Han, kana, surrogates) there is no case and no diacritic that staff leave out.
  const plain = unit >= 0x2200 || (unit >= 0x0600 && unit < 0x1e00);
  if (plain) return unit >= 0x3000 && unit <= 0x3004 ? SEPARATOR : unit;
  const character = String.fromCharCode(unit);
  const base = character.normalize('NFD').charAt(0).toLowerCase();
  return /^[\p{L}\p{N}]/u.test(base) ? base.charCodeAt(0) : SEPARATOR;
}

function buildTable(): Uint16Array {
  const units = new Uint16Array(0x10000);
  for (let unit = 1; unit < units.length; unit++) units[unit] = foldUnit(unit);
  units[0] = SEPARATOR;
  return units;
}

/** Whether a unit is found only at the start of a word: Latin, Greek, Cyrillic and digits. Others are found anywhere. */
export function isWordBound(unit: number): boolean {
  return unit < 0x0530 || (unit >= 0x1e00 && unit < 0x2000);
}

/** Writes `text` folded into `into` from `at` on; returns the position behind it. */
export function foldInto(text: string, into: Uint16Array, at: number): number {
  let position = at;
  for (let i = 0; i < text.length; i++) into[position++] = table[text.charCodeAt(i)] as number;
  return position;
}

/** `text` folded, of the same length. */
export function fold(text: string): string {
  const units = new Uint16Array(text.length);
  foldInto(text, units, 0);
  return String.fromCharCode(...units);
}

/** A code (card, SKU, bar code) as it is compared: folded, without separators. */
export function foldCode(text: string): string {
  return fold(text).replaceAll(' ', '');
}
