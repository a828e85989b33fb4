/** A field that whoever sends a text fills in (GET /templates/fields, source `given`). */
export interface GivenField {
  readonly name: string;
  readonly label_ko: string;
  readonly label_en: string;
  readonly sample_ko: string;
  readonly sample_en: string;
}

const tags = /\{\{(.*?)\}\}|\{%(.*?)%\}/gs;

/** Those fields that a body asks for, in the order in which they first appear. */
export function fieldsOf<F extends { readonly name: string }>(body: string, fields: readonly F[]): F[] {
  const code = [...body.matchAll(tags)].map(([, output, tag]) => output ?? tag ?? '').join('\n');
  const at = (name: string): number => {
    const found = new RegExp(`(?<![\\w.])${name.replaceAll('.', '\\.')}(?![\\w.])`).exec(withoutStrings(code));
    return found?.index ?? -1;
  };
  return fields
    .map((field) => ({ field, at: at(field.name) }))
    .filter((found) => found.at >= 0)
    .sort((one, other) => one.at - other.at)
    .map(({ field }) => field);
}

/** The code with its quoted words blanked: a default text may read like a field. */
function withoutStrings(code: string): string {
  return code.replaceAll(/"[^"]*"|'[^']*'/g, (quoted) => ' '.repeat(quoted.length));
}
