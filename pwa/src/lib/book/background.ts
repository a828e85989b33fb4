/** What the app notes by itself while people work. It is stored, sent and kept like all else, and nobody has to think of it. */
const BACKGROUND: ReadonlySet<string> = new Set(['access.report']);

/** Whether an entry is a person's work: what the screens list and count, and what is sent without waiting. */
export function isPersonsWork({ kind }: { readonly kind: string }): boolean {
  return !BACKGROUND.has(kind);
}
