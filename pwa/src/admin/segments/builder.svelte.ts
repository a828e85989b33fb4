import { api, ApiProblem, call } from '$lib/api';
import { sayProblem } from '$lib/session';
import { blank, doubled, emptyGroup, fromJson, isComplete, moved, placed, replaced, toJson, type Condition, type Group, type Json, type Leaf, type Node } from './rule';

export interface Sentence {
  readonly ko: string;
  readonly en: string;
}

export interface Figure {
  readonly members: number;
  readonly low: number;
  readonly high: number;
  readonly exact: boolean;
  readonly sentence: Sentence;
}

export interface Segment {
  readonly id: string;
  readonly name: string;
  readonly kind: 'rule' | 'list';
  readonly state: 'live' | 'archived';
  readonly version: number;
  readonly note: string | null;
  readonly watched: boolean;
  readonly members: number | null;
  readonly counted_at: string | null;
}

export interface SegmentDetail extends Segment {
  readonly rule: Json | null;
  readonly sentence: Sentence;
}

const pause = 350;

/** A rule being put together: what stands in it, what was undone, how many it means. */
export class Builder {
  #tree = $state.raw<Group>(emptyGroup());
  #past = $state.raw<readonly Group[]>([]);
  #future = $state.raw<readonly Group[]>([]);
  #figure = $state.raw<Figure | null>(null);
  #problem = $state.raw<unknown>(null);
  #counting = $state(false);
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly known: ReadonlyMap<string, Condition>;

  constructor(conditions: readonly Condition[], rule: Json | null) {
    this.known = new Map(conditions.map((each) => [each.name, each]));
    if (rule !== null) this.#tree = fromJson(rule);
    this.#count();
  }

  get tree(): Group {
    return this.#tree;
  }

  get json(): Json {
    return toJson(this.#tree);
  }

  get complete(): boolean {
    return isComplete(this.#tree, this.known);
  }

  get figure(): Figure | null {
    return this.complete ? this.#figure : null;
  }

  get counting(): boolean {
    return this.#counting;
  }

  get changed(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** What is wrong apart from single parts. */
  get problem(): string | null {
    return this.#problem === null || this.#wrong !== null ? null : sayProblem(this.#problem);
  }

  get #wrong(): { id: number; part: string; text: string } | null {
    if (!(this.#problem instanceof ApiProblem)) return null;
    for (const [path, texts] of Object.entries(this.#problem.fields)) {
      const place = path.startsWith('rule') ? placed(this.#tree, path) : null;
      if (place !== null) return { ...place, text: texts.join(' ') };
    }
    return null;
  }

  wrong(leaf: Leaf, part: string): string | undefined {
    const found = this.#wrong;
    return found?.id === leaf.id && found.part === part ? found.text : undefined;
  }

  /** Shows what a save met with. */
  met(problem: unknown): void {
    this.#problem = problem;
  }

  add(group: Group, name: string): void {
    const condition = this.known.get(name);
    if (condition !== undefined) this.#put(group, blank(condition));
  }

  addGroup(group: Group): void {
    this.#put(group, { ...emptyGroup(), mode: 'any' });
  }

  change(node: Node, values: Partial<Leaf> | Pick<Group, 'mode'>): void {
    this.#become(replaced(this.#tree, node.id, (old) => ({ ...old, ...values }) as Node));
  }

  remove(node: Node): void {
    this.#become(replaced(this.#tree, node.id, () => null));
  }

  double(node: Node): void {
    this.#become(doubled(this.#tree, node.id));
  }

  move(node: Node, by: 1 | -1): void {
    this.#become(moved(this.#tree, node.id, by));
  }

  undo(): void {
    const before = this.#past.at(-1);
    if (before === undefined) return;
    this.#future = [this.#tree, ...this.#future];
    this.#past = this.#past.slice(0, -1);
    this.#show(before);
  }

  redo(): void {
    const [after, ...others] = this.#future;
    if (after === undefined) return;
    this.#past = [...this.#past, this.#tree];
    this.#future = others;
    this.#show(after);
  }

  /** What stands in it is saved: there is nothing to lose. */
  kept(): void {
    this.#past = [];
    this.#future = [];
  }

  #put(group: Group, node: Node): void {
    this.#become(replaced(this.#tree, group.id, (old) => ({ ...(old as Group), parts: [...(old as Group).parts, node] })));
  }

  #become(tree: Group): void {
    this.#past = [...this.#past.slice(-99), this.#tree];
    this.#future = [];
    this.#show(tree);
  }

  #show(tree: Group): void {
    this.#tree = tree;
    this.#problem = null;
    this.#count();
  }

  #count(): void {
    clearTimeout(this.#timer);
    if (!this.complete) return;
    this.#counting = true;
    this.#timer = setTimeout(() => void this.#ask(), pause);
  }

  async #ask(): Promise<void> {
    const asked = ++this.#asked;
    const body = { rule: this.json as Record<string, never> };
    try {
      const about = (await call(api.POST('/api/v1/segments/figure', { body }))) as Figure;
      if (asked !== this.#asked) return;
      this.#figure = about;
      if (!about.exact) {
        const exact = (await call(api.POST('/api/v1/segments/count', { body }))) as Figure;
        if (asked === this.#asked) this.#figure = exact;
      }
    } catch (failure) {
      if (asked === this.#asked) this.#problem = failure;
    } finally {
      if (asked === this.#asked) this.#counting = false;
    }
  }
}
