/** A rule as the builder edits it, and as the server reads it (`backend/segments/README.md`). */

export interface Choice {
  readonly value: string;
  readonly ko: string;
  readonly en: string;
}

/** What stands at a place of a condition: its value, or a further part. */
export interface ValueShape {
  readonly kind: string;
  readonly choices?: readonly Choice[];
  readonly unit?: string | null;
  readonly many?: boolean;
  readonly low?: number;
  readonly high?: number;
}

export interface PartShape extends ValueShape {
  readonly name: string;
  readonly required: boolean;
  readonly ko: string;
  readonly en: string;
}

export interface Condition {
  readonly name: string;
  readonly group: string;
  readonly group_ko: string;
  readonly group_en: string;
  readonly ko: string;
  readonly en: string;
  readonly ops: readonly { readonly name: string; readonly ko: string; readonly en: string }[];
  readonly value: ValueShape;
  readonly parameters: readonly PartShape[];
}

export type Plain = string | number | boolean | readonly string[] | null;
export type Json = Readonly<Record<string, unknown>>;

/** A condition being edited; `parts` are its further parts. What is not filled in is null. */
export interface Leaf {
  readonly id: number;
  readonly type: 'leaf';
  readonly name: string;
  readonly op: string;
  readonly value: Plain;
  readonly parts: Readonly<Record<string, Plain>>;
}

/** All of some parts, any, or none of them. */
export interface Group {
  readonly id: number;
  readonly type: 'group';
  readonly mode: 'all' | 'any' | 'none';
  readonly parts: readonly Node[];
}

export type Node = Leaf | Group;

let last = 0;
const next = (): number => ++last;

export function emptyGroup(parts: readonly Node[] = []): Group {
  return { id: next(), type: 'group', mode: 'all', parts };
}

/** A condition as it begins: the first comparison, nothing filled in but what there is no choice of. */
export function blank(condition: Condition): Leaf {
  const parts = Object.fromEntries(condition.parameters.map((part) => [part.name, part.required ? beginning(part) : null]));
  return { id: next(), type: 'leaf', name: condition.name, op: condition.ops[0]?.name ?? '', value: beginning(condition.value), parts };
}

function beginning(shape: ValueShape): Plain {
  if (shape.kind === 'boolean') return true;
  const usual = shape.choices?.find((each) => each.value === 'KRW') ?? shape.choices?.[0];
  return usual?.value ?? null;
}

/** The tree as the server takes it. */
export function toJson(node: Node): Json {
  if (node.type === 'group') {
    const parts = node.parts.map(toJson);
    return node.mode === 'none' ? { not: { any: parts } } : { [node.mode]: parts };
  }
  const parts = Object.entries(node.parts).filter(([, value]) => value !== null && value !== '');
  return { is: node.name, op: node.op, value: node.value, ...Object.fromEntries(parts) };
}

/** The tree as the builder edits it; its outermost part is a group. */
export function fromJson(json: Json): Group {
  const node = read(json);
  return node.type === 'group' ? node : emptyGroup([node]);
}

function read(json: Json): Node {
  for (const mode of ['all', 'any'] as const) {
    if (Array.isArray(json[mode])) return { id: next(), type: 'group', mode, parts: (json[mode] as Json[]).map(read) };
  }
  if (json.not !== undefined) {
    const inside = read(json.not as Json);
    if (inside.type === 'group' && inside.mode === 'any') return { ...inside, mode: 'none' };
    return { id: next(), type: 'group', mode: 'none', parts: [inside] };
  }
  const { is, op, value, ...parts } = json as { is: string; op: string; value: Plain };
  return { id: next(), type: 'leaf', name: is, op, value, parts: parts as Record<string, Plain> };
}

/** Whether everything that must be is filled in, so that the server can be asked. */
export function isComplete(node: Node, known: ReadonlyMap<string, Condition>): boolean {
  if (node.type === 'group') return node.parts.every((part) => isComplete(part, known));
  const condition = known.get(node.name);
  if (condition === undefined || isEmpty(node.value)) return false;
  return condition.parameters.every((part) => !part.required || !isEmpty(node.parts[part.name] ?? null));
}

function isEmpty(value: Plain): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** The tree with one node replaced by what `change` makes of it; null takes it out. */
export function replaced(tree: Group, id: number, change: (node: Node) => Node | null): Group {
  const inside = (node: Node): Node[] => {
    if (node.id === id) {
      const made = change(node);
      return made === null ? [] : [made];
    }
    return [node.type === 'group' ? { ...node, parts: node.parts.flatMap(inside) } : node];
  };
  const [made] = inside(tree);
  return made?.type === 'group' ? made : tree;
}

/** A copy of a node with ids of its own. */
export function copied(node: Node): Node {
  return node.type === 'group' ? { ...node, id: next(), parts: node.parts.map(copied) } : { ...node, id: next() };
}

/** The tree with a copy of a node behind it. */
export function doubled(tree: Group, id: number): Group {
  const inside = (node: Node): Node =>
    node.type === 'leaf' ? node : { ...node, parts: node.parts.flatMap((part) => (part.id === id ? [part, copied(part)] : [inside(part)])) };
  return inside(tree) as Group;
}

/** The tree with a node one place further up or down among its neighbours. */
export function moved(tree: Group, id: number, by: 1 | -1): Group {
  const inside = (node: Node): Node => {
    if (node.type === 'leaf') return node;
    const place = node.parts.findIndex((part) => part.id === id);
    const parts = [...node.parts];
    const [here, there] = [parts[place], parts[place + by]];
    if (here === undefined || there === undefined) return { ...node, parts: node.parts.map(inside) };
    parts[place] = there;
    parts[place + by] = here;
    return { ...node, parts };
  };
  return inside(tree) as Group;
}

/** Where the server found something wrong ("rule.all.1.value"), as the id of the condition and the name of its part. */
export function placed(tree: Group, path: string): { id: number; part: string } | null {
  let node: Node | undefined = tree;
  const steps = path.split('.').slice(1);
  while (steps.length > 0 && node?.type === 'group') {
    const word = steps.shift();
    if (word === 'not' && node.mode === 'none') continue;
    node = node.parts[Number(steps.shift())];
  }
  return node?.type === 'leaf' ? { id: node.id, part: steps[0] ?? 'value' } : null;
}
