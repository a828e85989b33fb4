import { foldCode, foldInto } from './fold';
import type { FieldSpec } from './fields';
import type { Term } from './query';
import { EXACT, MISS, PART, START } from './score';

type CodeSpec = Extract<FieldSpec, { kind: 'code' }>;

/** The folded codes of one field, one behind the other; a row has any number of them. */
export interface CodeField {
  kind: 'code';
  spec: CodeSpec;
  text: Uint16Array;
  /** Where each code begins; one more than there are codes. */
  starts: Uint32Array;
  /** The row of each code. */
  rows: Uint32Array;
  /** Length of the shortest code. */
  shortest: number;
}

/** `values[row]` is a code, a list of codes or null. */
export function buildCodeField(spec: CodeSpec, values: readonly unknown[]): CodeField {
  const codes: string[] = [];
  const rows: number[] = [];
  values.forEach((value, row) => {
    for (const code of codesOf(value)) {
      codes.push(foldCode(code));
      rows.push(row);
    }
  });
  const starts = new Uint32Array(codes.length + 1);
  codes.forEach((code, i) => (starts[i + 1] = (starts[i] as number) + code.length));
  const text = new Uint16Array(starts[codes.length] as number);
  foldInto(codes.join(''), text, 0);
  return { kind: 'code', spec, text, starts, rows: Uint32Array.from(rows), shortest: Math.min(...codes.map(({ length }) => length)) };
}

/** A field's codes, whatever shape it has. */
export function codesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((code) => typeof code === 'string') : [];
}

export function scanCodes(field: CodeField, term: Term, best: Uint8Array): void {
  if (!term.latin) return;
  const { text, starts, rows, spec } = field;
  const typed = Uint16Array.from(term.text, (character) => character.charCodeAt(0));
  const byStart = typed.length >= spec.prefixFrom ? START : MISS;
  const byEnd = term.digits !== '' && typed.length >= spec.suffixFrom ? PART : MISS;
  if (typed.length < field.shortest && byStart === MISS && byEnd === MISS) return;
  for (let i = 0, count = rows.length; i < count; i++) {
    const start = starts[i] as number;
    const end = starts[i + 1] as number;
    const score = scoreCode(text, start, end, typed, byStart, byEnd);
    const row = rows[i] as number;
    if (score < (best[row] as number)) best[row] = score;
  }
}

/** EXACT for the whole code, `byStart` for its start, `byEnd` for its end. */
function scoreCode(
  text: Uint16Array, start: number, end: number, typed: Uint16Array, byStart: number, byEnd: number,
): number {
  const spare = end - start - typed.length;
  if (spare < 0) return MISS;
  if (spare === 0) return standsAt(text, start, typed) ? EXACT : MISS;
  if (byStart !== MISS && standsAt(text, start, typed)) return byStart;
  return byEnd !== MISS && standsAt(text, end - typed.length, typed) ? byEnd : MISS;
}

function standsAt(text: Uint16Array, at: number, typed: Uint16Array): boolean {
  for (let i = 0, length = typed.length; i < length; i++) if (text[at + i] !== typed[i]) return false;
  return true;
}

/** Where the term stands in a code as it is written, as [start, end), or null. */
export function findInCode(code: string, term: Term, spec: CodeSpec): [start: number, end: number] | null {
  const field = buildCodeField(spec, [code]);
  const best = new Uint8Array([MISS]);
  scanCodes(field, term, best);
  if (best[0] === MISS) return null;
  // A code written with dashes cannot be marked by position; the whole of it is.
  if (field.text.length !== code.length) return [0, code.length];
  return best[0] === PART ? [code.length - term.text.length, code.length] : [0, term.text.length];
}
