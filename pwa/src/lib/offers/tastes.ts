// Whether words of a preference mean an article; backend/insight/offers/tastes.py says the same. Who dislikes something
// or must not have it is offered nothing that might be it: there a part of a word is enough. What she likes has to be named.

/** Words that say no more than the kind of a preference does. */
const NO_SUBJECT = new Set([
  '알레르기', '알러지', '알레르지', '과민증', '있음', '없이', '제외', '금지', '빼고', '싫음', '싫어함', '주의',
  'allergy', 'allergic', 'allergies', 'to', 'no', 'not', 'without',
]);
/** From here on scripts say with two letters what Latin says with three. */
const HANGUL = '\u1100';
const LEAST_LATIN = 3;
const LEAST = 2;

/** The words of a text, folded: without case, accents and full-width forms. */
export function words(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{Mn}/gu, '').normalize('NFC').toLowerCase();
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** The words of a preference that name something. */
export function subjects(value: string): string[] {
  return words(value).filter((word) => !NO_SUBJECT.has(word));
}

/** Whether something in `value` might mean what is `named` so: a part of either's word in the other's is enough. */
export function mayMean(value: string, named: string): boolean {
  return mayMeanWords(subjects(value), words(named));
}

/** The same of words that are there already. */
export function mayMeanWords(wanted: readonly string[], names: readonly string[]): boolean {
  return wanted.some((word) => names.some((name) => alike(word, name)));
}

/** Whether a word of `value` is one of the name's. */
export function likes(value: string, named: string): boolean {
  const names = new Set(words(named));
  return words(value).some((word) => names.has(word));
}

/** `wanted` stands in `word`, or begins with it (땅콩버터, walnuts); one letter has to be the whole word. */
function alike(wanted: string, word: string): boolean {
  return wanted === word || (tells(wanted) && word.includes(wanted)) || (tells(word) && wanted.startsWith(word));
}

function tells(word: string): boolean {
  return word.length >= (word >= HANGUL ? LEAST : LEAST_LATIN);
}
