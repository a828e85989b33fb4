import { codesOf, findInCode } from './code-field';
import type { IndexSpec } from './fields';
import { findInPhone } from './phone-field';
import type { Term } from './query';
import { findInText } from './text-field';

/** A matched stretch of `row[field]`; of a list the field is `field.index`. `end` is exclusive. */
export interface Mark {
  field: string;
  start: number;
  end: number;
}

/** Where the terms stand in a row that matched them. */
export function marks(spec: IndexSpec, row: Record<string, unknown>, terms: readonly Term[]): Mark[] {
  return terms.flatMap((term) => marksOf(spec, row, term));
}

function marksOf(spec: IndexSpec, row: Record<string, unknown>, term: Term): Mark[] {
  const found: Mark[] = [];
  const note = (field: string, stretch: [number, number] | null) => {
    if (stretch !== null) found.push({ field, start: stretch[0], end: stretch[1] });
  };
  for (const field of spec.fields) {
    const value = row[field.field];
    if (field.kind === 'code') {
      codesOf(value).forEach((code, i) =>
        note(Array.isArray(value) ? `${field.field}.${i}` : field.field, findInCode(code, term, field)),
      );
    } else if (field.kind === 'phone' && Array.isArray(value)) {
      codesOf(value).forEach((number, i) => note(`${field.field}.${i}`, findInPhone(number, term)));
    } else if (typeof value === 'string') {
      note(field.field, field.kind === 'phone' ? findInPhone(value, term) : findInText(value, term));
    }
  }
  return found;
}
