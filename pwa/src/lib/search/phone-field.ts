import type { Term } from './query';
import { EXACT, PART, START } from './score';

const NO_PHONE = 0xffff;
/** Up to this many digits a query is the start of the last four; more are the number itself. */
const LAST_DIGITS = 4;

/** The longest E.164 number; shorter ones are filled up with zeros to this many digits. */
const WIDTH = 15;

/**
 * Numbers as sortable keys: their digits, left-aligned in fifteen places, so that "begins with" is a range of keys.
 * All are exact integers below 10^15.
 */
export interface PhoneField {
  kind: 'phone';
  field: string;
  /** The row of each number; null where each row has one place of its own. */
  rows: Uint32Array | null;
  /** The last four digits as a number, or NO_PHONE. */
  lastFour: Uint16Array;
  /** Country code first. */
  international: Float64Array;
  /** Without the country code. */
  national: Float64Array;
  /** Last digit first. */
  backward: Float64Array;
  /** Digits with and without the country code. */
  length: Uint8Array;
  nationalLength: Uint8Array;
}

/** `values[row]` is an E.164 number, a list of them or null. */
export function buildPhoneField(field: string, values: readonly unknown[]): PhoneField {
  if (!values.some(Array.isArray)) return buildNumbers(field, values, null);
  const listed = values.flatMap((value, row) => (Array.isArray(value) ? value : []).map((number: unknown) => ({ number, row })));
  return buildNumbers(field, listed.map(({ number }) => number), Uint32Array.from(listed, ({ row }) => row));
}

function buildNumbers(field: string, values: readonly unknown[], rowOf: Uint32Array | null): PhoneField {
  const rows = values.length;
  const built: PhoneField = {
    kind: 'phone',
    field,
    rows: rowOf,
    lastFour: new Uint16Array(rows).fill(NO_PHONE),
    international: new Float64Array(rows).fill(-1),
    national: new Float64Array(rows).fill(-1),
    backward: new Float64Array(rows).fill(-1),
    length: new Uint8Array(rows),
    nationalLength: new Uint8Array(rows),
  };
  const digits = new Uint8Array(WIDTH);
  values.forEach((value, row) => {
    if (typeof value === 'string') keepNumber(built, row, digits, readDigits(value, digits));
  });
  return built;
}

function readDigits(phone: string, digits: Uint8Array): number {
  let length = 0;
  for (let i = 0; i < phone.length && length < WIDTH; i++) {
    const digit = phone.charCodeAt(i) - 48;
    if (digit >= 0 && digit <= 9) digits[length++] = digit;
  }
  return length;
}

function keepNumber(field: PhoneField, row: number, digits: Uint8Array, length: number): void {
  if (length < LAST_DIGITS) return;
  const country = countryLength(digits[0] as number, digits[1] as number);
  let international = 0;
  let backward = 0;
  for (let i = 0; i < length; i++) {
    international = international * 10 + (digits[i] as number);
    backward = backward * 10 + (digits[length - 1 - i] as number);
  }
  const national = international % 10 ** (length - country);
  field.lastFour[row] = international % 10_000;
  field.international[row] = international * 10 ** (WIDTH - length);
  field.national[row] = national * 10 ** (WIDTH - length + country);
  field.backward[row] = backward * 10 ** (WIDTH - length);
  field.length[row] = length;
  field.nationalLength[row] = length - country;
}

/** Length of the country code that an E.164 number begins with (ITU-T E.164, list of 2024). */
function countryLength(first: number, second: number): number {
  if (first === 1 || first === 7) return 1;
  const two: Record<number, string> = { 2: '07', 3: '0123469', 4: '013456789', 5: '12345678', 6: '0123456', 8: '1246', 9: '0123458' };
  return two[first]?.includes(String(second)) === true ? 2 : 3;
}

/** The numbers of a field that begin with some digits: keys from `low` up to `high`, at least `length` digits long. */
interface KeyRange {
  low: number;
  high: number;
  length: number;
}

/** What typed digits mean among phones; worked out once for all segments. */
export interface PhonePattern {
  /** Up to four digits: the range of the last four that begin with them. */
  lastFour: { low: number; high: number; score: number } | null;
  /** More digits: E.164 from its start, the national form (0 for the country code), the end of a number without it. */
  international: KeyRange | null;
  national: KeyRange | null;
  backward: KeyRange | null;
}

/** `international` is whether the digits began with `+`: then they are the start of an E.164 number and nothing else. */
export function phonePattern(digits: string, international: boolean): PhonePattern | null {
  if (digits === '') return null;
  const none: PhonePattern = { lastFour: null, international: null, national: null, backward: null };
  if (digits.length <= LAST_DIGITS && !international) {
    const span = 10 ** (LAST_DIGITS - digits.length);
    const low = Number(digits) * span;
    return { ...none, lastFour: { low, high: low + span - 1, score: span === 1 ? EXACT : START } };
  }
  if (digits.length > WIDTH) return none;
  if (international) return { ...none, international: keyRange(digits) };
  return {
    ...none,
    international: keyRange(digits),
    national: digits.startsWith('0') ? keyRange(digits.slice(1)) : null,
    backward: keyRange([...digits].reverse().join('')),
  };
}

function keyRange(typed: string): KeyRange {
  const span = 10 ** (WIDTH - typed.length);
  const low = Number(typed) * span;
  return { low, high: low + span, length: typed.length };
}

export function scanPhones(field: PhoneField, { lastFour, international, national, backward }: PhonePattern, best: Uint8Array): void {
  const { rows } = field;
  if (lastFour !== null) scanLastFour(field.lastFour, rows, lastFour, best);
  if (international !== null) scanKeys(field.international, field.length, rows, international, START, best);
  if (national !== null) scanKeys(field.national, field.nationalLength, rows, national, START, best);
  if (backward !== null) scanKeys(field.backward, field.nationalLength, rows, backward, PART, best);
}

function scanLastFour(
  lastFour: Uint16Array, rows: Uint32Array | null, { low, high, score }: { low: number; high: number; score: number }, best: Uint8Array,
): void {
  for (let place = 0, count = lastFour.length; place < count; place++) {
    const last = lastFour[place] as number;
    if (last >= low && last <= high) lower(best, rows, place, score);
  }
}

function lower(best: Uint8Array, rows: Uint32Array | null, place: number, score: number): void {
  const row = rows === null ? place : (rows[place] as number);
  if (score < (best[row] as number)) best[row] = score;
}

/** Scores the numbers whose key is in the range: EXACT when they are no longer than it, else `partly`. */
function scanKeys(
  keys: Float64Array, lengths: Uint8Array, rows: Uint32Array | null, range: KeyRange, partly: number, best: Uint8Array,
): void {
  const { low, high, length } = range;
  for (let place = 0, count = keys.length; place < count; place++) {
    const key = keys[place] as number;
    if (key < low || key >= high || (lengths[place] as number) < length) continue;
    lower(best, rows, place, lengths[place] === length && partly === START ? EXACT : partly);
  }
}

/** Where the term stands in an E.164 number, as [start, end), or null. */
export function findInPhone(phone: string, term: Term): [start: number, end: number] | null {
  if (term.digits === '') return null;
  const { length } = term.digits;
  if (length <= LAST_DIGITS && !term.international) {
    const lastFour = phone.length - LAST_DIGITS;
    return phone.startsWith(term.digits, lastFour) ? [lastFour, lastFour + length] : null;
  }
  const significant = term.digits.replace(/^0/, '');
  const candidates = [phone.indexOf(term.digits), phone.indexOf(significant)];
  const at = candidates.find((position) => position >= 0);
  if (at === undefined) return null;
  return [at, at + (at === candidates[0] ? length : significant.length)];
}
