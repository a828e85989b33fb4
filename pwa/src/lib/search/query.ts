import { foldCode, isWordBound } from './fold';
import { phonePattern, type PhonePattern } from './phone-field';
import { growing, isInitial, settled, splitClusters, type Range } from './hangul';

/** Ranges of UTF-16 units that must follow one another in a text; separators between them do not count. */
export interface Pattern {
  low: Uint16Array;
  high: Uint16Array;
}

/** One word of a query, ready to be compared. */
export interface Term {
  /** As typed, folded and without separators. */
  text: string;
  /** `text` in UTF-16 units. */
  units: Uint16Array;
  patterns: Pattern[];
  /** Whether it begins with a letter or digit of the kind that codes are made of. */
  latin: boolean;
  /** Whether initial consonants stand for syllables. */
  initials: boolean;
  /** The digits when the term is nothing but digits, otherwise empty. */
  digits: string;
  /** Digits that began with `+`: only the start of an E.164 number. */
  international: boolean;
  /** What the digits mean among phones; null when there is anything else than digits. */
  phone: PhonePattern | null;
}

const NUMBER = /^\+?[\d\s().-]*\d[\d\s().-]*$/;

/**
 * The terms of a query, all of which a row must match. `onePhone` reads a query of nothing but digits, blanks and
 * dashes as one number.
 */
export function parseQuery(query: string, onePhone: boolean): Term[] {
  const typed = query.normalize('NFC').trim();
  const words = onePhone && NUMBER.test(typed) ? [typed] : typed.split(/\s+/);
  return words.map(term).filter(({ text }) => text !== '');
}

function term(word: string): Term {
  const text = foldCode(word);
  const letters = [...splitClusters(text)];
  const digits = /^\d+$/.test(text) ? text : '';
  const international = word.startsWith('+');
  return {
    text,
    units: Uint16Array.from(text, (character) => character.charCodeAt(0)),
    patterns: patterns(letters),
    latin: text !== '' && isWordBound(text.charCodeAt(0)),
    initials: letters.some(isInitial),
    digits,
    international,
    phone: phonePattern(digits, international),
  };
}

function patterns(units: string[]): Pattern[] {
  const last = units.at(-1);
  if (last === undefined) return [];
  const head = units.slice(0, -1).map(settled);
  return growing(last).map((tail) => pattern([...head, ...tail]));
}

function pattern(ranges: Range[]): Pattern {
  return {
    low: Uint16Array.from(ranges, ({ low }) => low),
    high: Uint16Array.from(ranges, ({ high }) => high),
  };
}
