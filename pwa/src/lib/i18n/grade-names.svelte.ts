import { createContext } from 'svelte';
import type { Language } from './language.svelte';
import { gradeName, isTopGrade } from './words';

export interface NamedGrade {
  readonly code: string;
  readonly name: string;
  readonly name_latin: string | null;
  readonly rank: number;
  /** Wears the golden mark. */
  readonly top: boolean;
}

/** What the house calls its grades. Rows name a grade by its code; one that nobody defined is said in general words. */
export class GradeNames {
  #grades = $state.raw<ReadonlyMap<string, NamedGrade>>(new Map());
  readonly #language: Language;

  constructor(language: Language) {
    this.#language = language;
  }

  learn(grades: readonly NamedGrade[]): void {
    this.#grades = new Map(grades.map((grade) => [grade.code, grade]));
  }

  /** All of them, the highest first. */
  get all(): readonly NamedGrade[] {
    return [...this.#grades.values()].sort((one, other) => other.rank - one.rank);
  }

  of(code: string | null): string {
    const grade = code === null ? undefined : this.#grades.get(code);
    if (grade === undefined) return gradeName(code);
    return this.#language.current === 'ko' ? grade.name : (grade.name_latin ?? grade.name);
  }

  isTop(code: string | null): boolean {
    return (code === null ? undefined : this.#grades.get(code)?.top) ?? isTopGrade(code);
  }
}

/** Set beside the screens' own context, so that `GradeMark` can stand on a desk and on a floor. */
export const [getGradeNames, setGradeNames] = createContext<GradeNames>();
