// What a query in Hangul may mean. Every typed unit stands for one contiguous range of code points, because Unicode
// orders syllables by initial, vowel and final: ㅁ alone is every syllable from 마 to 밓, an open 미 is 미 to 밓.

const FIRST = 0xac00;
const LAST = 0xd7a3;
const FINALS_EACH = 28;
const VOWELS_EACH = 21;
const PER_INITIAL = VOWELS_EACH * FINALS_EACH;

const INITIALS = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ';
/** By the number of the final consonant; 0 is none. */
const FINALS = ['', ...'ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ'];
/** Input methods join two typed consonants into one letter where a final of that shape exists. */
const CLUSTERS: Record<string, string> = {
  ㄳ: 'ㄱㅅ', ㄵ: 'ㄴㅈ', ㄶ: 'ㄴㅎ', ㄺ: 'ㄹㄱ', ㄻ: 'ㄹㅁ', ㄼ: 'ㄹㅂ', ㄽ: 'ㄹㅅ', ㄾ: 'ㄹㅌ', ㄿ: 'ㄹㅍ', ㅀ: 'ㄹㅎ', ㅄ: 'ㅂㅅ',
};
/** Vowel → the last vowel that typing on can still turn it into: ㅗ→ㅚ, ㅜ→ㅟ, ㅡ→ㅢ (by number, contiguous). */
const VOWEL_GROWS: Record<number, number> = { 8: 11, 13: 16, 18: 19 };
/** Final → the last final that typing on can still turn it into: ㄱ→ㄳ, ㄴ→ㄶ, ㄹ→ㅀ, ㅂ→ㅄ. */
const FINAL_GROWS: Record<number, number> = { 1: 3, 4: 6, 8: 15, 17: 18 };

export interface Range {
  low: number;
  high: number;
}

/** True for a lone initial consonant as a Korean keyboard types it. */
export function isInitial(character: string): boolean {
  return INITIALS.includes(character);
}

/** The number of the initial of a syllable, or -1. */
export function initialOf(unit: number): number {
  return unit < FIRST || unit > LAST ? -1 : Math.floor((unit - FIRST) / PER_INITIAL);
}

/** ㄳ is ㄱ and ㅅ typed one after the other. */
export function splitClusters(text: string): string {
  return text.replace(/[ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ]/g, (cluster) => CLUSTERS[cluster] ?? cluster);
}

/** What a unit that is followed by another one stands for. */
export function settled(character: string): Range {
  if (isInitial(character)) return initialRange(character);
  const unit = character.charCodeAt(0);
  return { low: unit, high: unit };
}

/**
 * What the last unit typed so far may become, each as the ranges that must follow one another. An open syllable may
 * still grow a final, and a final may still turn out to be the initial of the next syllable: 익 is on the way to 이가,
 * 믽 on the way to 민지.
 */
export function growing(character: string): Range[][] {
  const unit = character.charCodeAt(0);
  if (unit < FIRST || unit > LAST) return [[settled(character)]];
  const final = (unit - FIRST) % FINALS_EACH;
  const open = unit - final;
  if (final === 0) {
    const vowel = Math.floor((unit - FIRST) / FINALS_EACH) % VOWELS_EACH;
    const vowels = (VOWEL_GROWS[vowel] ?? vowel) - vowel;
    return [[{ low: unit, high: unit + vowels * FINALS_EACH + FINALS_EACH - 1 }]];
  }
  const asTyped = { low: unit, high: open + (FINAL_GROWS[final] ?? final) };
  const letters = splitClusters(FINALS[final] as string);
  const moved = letters.charAt(letters.length - 1);
  const staying = open + FINALS.indexOf(letters.slice(0, -1));
  return [[asTyped], [{ low: staying, high: staying }, initialRange(moved)]];
}

function initialRange(initial: string): Range {
  const low = FIRST + INITIALS.indexOf(initial) * PER_INITIAL;
  return { low, high: low + PER_INITIAL - 1 };
}
