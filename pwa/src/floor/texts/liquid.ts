// The part of Liquid that the tablet previews without a connection. The server writes what is sent (sms/liquid_text.py).

/** What a body becomes on values, which fields stop it, or that only the server can tell. */
export type Written = { text: string } | { empty: string[] } | 'server_only';

type Values = Readonly<Record<string, string | null | undefined>>;
interface Token { kind: 'text' | 'output' | 'tag'; code: string }

const pieces = /(\{\{-?[\s\S]*?-?\}\}|\{%-?[\s\S]*?-?%\})/;
const field = /^[a-z_]+(?:\.[a-z_]+)+$/;
const quoted = /^(?:"([^"]*)"|'([^']*)')$/;

class ServerOnly extends Error {}

/** Writes a body. Conditions and filters beyond the common ones are left to the server. */
export function write(body: string, values: Values): Written {
  const empty = new Set<string>();
  try {
    const tokens = tokensOf(body);
    const text = new Writer(tokens, values, empty).all();
    return empty.size > 0 ? { empty: missing(tokens, values) } : { text: text.trim() };
  } catch (problem) {
    if (problem instanceof ServerOnly) return 'server_only';
    throw problem;
  }
}

/** The languages to try for a reader: her own, English for those who do not read Korean, Korean, the rest. */
export function readingOrder(reader: string | null): string[] {
  const first = reader === null || reader === 'ko' ? ['ko', 'en'] : [reader, 'en', 'ko'];
  return [...new Set([...first, 'ko', 'en', 'zh', 'ja'])];
}

function tokensOf(body: string): Token[] {
  const tokens: Token[] = [];
  let trimNext = false;
  for (const piece of body.split(pieces)) {
    const isOutput = piece.startsWith('{{');
    if (!isOutput && !piece.startsWith('{%')) {
      tokens.push({ kind: 'text', code: trimNext ? piece.trimStart() : piece });
      trimNext = false;
      continue;
    }
    const last = tokens.at(-1);
    if (piece[2] === '-' && last?.kind === 'text') last.code = last.code.trimEnd();
    trimNext = piece.at(-3) === '-';
    tokens.push({ kind: isOutput ? 'output' : 'tag', code: piece.slice(2, -2).replace(/^-|-$/g, '').trim() });
  }
  return tokens;
}

/** Every field that the body names and that is empty, as the server lists them. */
function missing(tokens: readonly Token[], values: Values): string[] {
  const code = tokens.filter(({ kind }) => kind !== 'text').map(({ code }) => code.replaceAll(/"[^"]*"|'[^']*'/g, ''));
  const named = code.flatMap((each) => each.match(/[a-z_]+(?:\.[a-z_]+)+/g) ?? []);
  return [...new Set(named)].filter((name) => valueOf(name, values) === '').sort();
}

function valueOf(name: string, values: Values): string {
  const value = values[name] ?? '';
  return value.trim() === '' ? '' : value;
}

class Writer {
  readonly #tokens: readonly Token[];
  readonly #values: Values;
  readonly #empty: Set<string>;
  #at = 0;

  constructor(tokens: readonly Token[], values: Values, empty: Set<string>) {
    this.#tokens = tokens;
    this.#values = values;
    this.#empty = empty;
  }

  all(): string {
    const text = this.#block([], true);
    if (this.#at < this.#tokens.length) throw new ServerOnly();
    return text;
  }

  /** Writes up to one of the tags `ends`, which is left to the caller. */
  #block(ends: readonly string[], shown: boolean): string {
    let text = '';
    for (; this.#at < this.#tokens.length; this.#at += 1) {
      const { kind, code } = this.#tokens[this.#at] as Token;
      const [word = ''] = code.split(/\s/, 1);
      if (kind === 'text') text += shown ? code : '';
      else if (kind === 'output') text += shown ? this.#output(code) : '';
      else if (ends.includes(word)) return text;
      else text += this.#condition(word, shown);
    }
    if (ends.length > 0) throw new ServerOnly();
    return text;
  }

  #condition(word: string, shown: boolean): string {
    if (word !== 'if' && word !== 'unless') throw new ServerOnly();
    const end = `end${word}`;
    let text = '';
    let decided = !shown;
    for (;;) {
      const { code } = this.#tokens[this.#at] as Token;
      const [branch = '', ...rest] = code.split(/\s+/);
      if (branch === end) return text;
      const holds = branch === 'else' || this.#holds(rest.join(' ')) !== (branch === 'unless');
      this.#at += 1;
      text += this.#block(['elsif', 'else', end], !decided && holds);
      decided ||= holds;
    }
  }

  #holds(condition: string): boolean {
    const [name = '', sign, ...rest] = condition.split(/\s+/);
    if (!field.test(name)) throw new ServerOnly();
    const value = valueOf(name, this.#values);
    if (sign === undefined) return value !== '';
    const wanted = literal(rest.join(' '));
    if (sign !== '==' && sign !== '!=') throw new ServerOnly();
    return (value === wanted) === (sign === '==');
  }

  #output(code: string): string {
    const [name = '', ...filters] = code.split('|').map((part) => part.trim());
    if (!field.test(name)) throw new ServerOnly();
    let value: string = valueOf(name, this.#values);
    let fallback = false;
    for (const filter of filters) {
      const [verb = '', argument] = split(filter);
      fallback ||= verb === 'default';
      value = filtered(value, verb, argument);
    }
    if (value === '' && !fallback) this.#empty.add(name);
    return value;
  }
}

function split(filter: string): [string, string | undefined] {
  const colon = filter.indexOf(':');
  return colon < 0 ? [filter, undefined] : [filter.slice(0, colon).trim(), literal(filter.slice(colon + 1).trim())];
}

function literal(code: string): string {
  const found = quoted.exec(code);
  if (found === null) throw new ServerOnly();
  return found[1] ?? found[2] ?? '';
}

function filtered(value: string, verb: string, argument: string | undefined): string {
  if (verb === 'default' && argument !== undefined) return value === '' ? argument : value;
  if (value === '') throw new ServerOnly();
  if (verb === 'append' && argument !== undefined) return value + argument;
  if (verb === 'prepend' && argument !== undefined) return argument + value;
  if (verb === 'upcase') return value.toUpperCase();
  if (verb === 'downcase') return value.toLowerCase();
  if (verb === 'strip') return value.trim();
  throw new ServerOnly();
}
