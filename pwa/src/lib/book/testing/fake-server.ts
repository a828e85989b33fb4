// A server as SYNC.md describes it, in memory, that can be told to misbehave.
import { ApiProblem, type BlockBody, type PullPage, type ServerTerms, type Snapshot, type SyncServer } from '$lib/api/sync';
import { encodeBlock, pack, type Mutation, type SealedItem, type SealingKey } from '$lib/vault';
import { openSealed } from '$lib/vault/sealing';
import type { CustomerRow, CycleRow, ProductRow, PushResult, RiskRow, StoreRow } from '../types';

type AnyRow = CustomerRow | CycleRow | ProductRow | RiskRow | StoreRow;
type Logged = PullPage['changes'][number] & { v: number };
/** What happens to a call instead of, or after, being answered. */
export type Mishap = 'lost before' | 'lost after' | ApiProblem | null;

export const offline = () => new ApiProblem(0, { code: 'offline', detail: 'no answer' });
export const problem = (status: number, code: string, retryAfter: number | null = null) =>
  new ApiProblem(status, { code, detail: code }, retryAfter);

/** A key pair as a server has one. */
export class ServerKey {
  readonly sealingKey: SealingKey;
  readonly privateJwk: JsonWebKey;

  private constructor(sealingKey: SealingKey, privateJwk: JsonWebKey) {
    this.sealingKey = sealingKey;
    this.privateJwk = privateJwk;
  }

  static async make(kid = 'k1'): Promise<ServerKey> {
    const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
    const [jwk, privateJwk] = await Promise.all([
      crypto.subtle.exportKey('jwk', pair.publicKey),
      crypto.subtle.exportKey('jwk', pair.privateKey),
    ]);
    return new ServerKey({ kid, jwk }, privateJwk);
  }
}

export class FakeServer implements SyncServer {
  key: ServerKey | null = null;
  /** Revoked softly, hard, or not at all. */
  revoked: 'soft' | 'hard' | null = null;
  /** Milliseconds that its clock is ahead of the machine's. */
  ahead = 0;
  demonstrates = false;
  terms_: Partial<ServerTerms> = {};
  restoredTo: string | null = null;
  /** Blocks come as gzip. */
  packs = false;
  /** What was asked of it with no more to come: a browser would clear its storage with the answer. */
  readonly cleared: string[] = [];
  readonly listening = new Set<(v: number) => void>();
  /** Asked of every call by its name; what it returns befalls the call. */
  mishap: (call: string, mutations?: readonly Mutation[]) => Mishap = () => null;
  /** What becomes of a mutation; applied unless told otherwise. */
  judge: (mutation: Mutation) => unknown = ({ id }) => ({ id, status: 'applied' });
  readonly calls: string[] = [];
  readonly receipts = new Map<string, PushResult>();
  readonly applied: Mutation[] = [];
  readonly rows = new Map<string, { collection: string; row: AnyRow }>();
  epoch = 'one';
  rowsOfABlock = 3;
  #log: Logged[] = [];
  #blocks = new Map<string, Uint8Array<ArrayBuffer>>();
  #v = 0;

  put(collection: string, ...rows: AnyRow[]): void {
    for (const row of rows) {
      this.rows.set(`${collection}/${row.id}`, { collection, row });
      this.#change({ collection, id: row.id, op: 'put', row: row as never });
    }
  }

  take(collection: string, id: string, op: 'delete' | 'remove' = 'delete'): void {
    this.rows.delete(`${collection}/${id}`);
    this.#change({ collection, id, op });
  }

  #change(change: PullPage['changes'][number]): void {
    this.#log = this.#log.filter(({ collection, id }) => collection !== change.collection || id !== change.id);
    this.#log.push({ ...change, v: ++this.#v });
  }

  all(collection: string): AnyRow[] {
    const rows = [...this.rows.values()].filter((each) => each.collection === collection);
    return rows.map(({ row }) => row).sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  snapshot(): Promise<Snapshot> {
    return this.#answer('snapshot', async () => ({
      epoch: this.epoch,
      v: this.#v,
      schema: 1,
      scope: 'store:gangnam',
      cursor: `${this.epoch}/${this.#v}`,
      collections: {
        customers: await this.#list('customers'),
        products: await this.#list('products'),
        stores: await this.#list('stores'),
        risks: await this.#list('risks'),
        cycles: await this.#list('cycles'),
      },
    }));
  }

  async #list(name: string): Promise<Snapshot['collections'][string]> {
    const rows = this.all(name);
    const blocks = [];
    for (let at = 0; at < rows.length; at += this.rowsOfABlock) {
      const part = rows.slice(at, at + this.rowsOfABlock);
      const body = encodeBlock(name, Object.keys(part[0] as AnyRow), part as never);
      const hash = await sha256(body);
      this.#blocks.set(hash, body);
      blocks.push({ hash, url: `/blocks/${hash}`, rows: part.length, bytes: body.length });
    }
    return { rows: rows.length, blocks };
  }

  block(url: string): Promise<BlockBody> {
    return this.#answer('block', async () => {
      const body = this.#blocks.get(url.slice('/blocks/'.length));
      if (body === undefined) throw problem(404, 'not_found');
      return this.packs ? { bytes: await pack(body), gzip: true } : { bytes: body, gzip: false };
    });
  }

  /** Damages every block, as a bad line would. */
  damageBlocks(): void {
    for (const [hash, body] of this.#blocks) this.#blocks.set(hash, body.map((byte) => byte ^ 1));
  }

  pull(cursor: string, limit: number): Promise<PullPage> {
    return this.#answer('pull', () => {
      const [epoch, v] = cursor.split('/');
      if (epoch !== this.epoch) throw new ApiProblem(409, { code: 'epoch_changed', detail: '', restored_to: this.restoredTo, epoch: this.epoch });
      const newer = this.#log.filter((change) => change.v > Number(v));
      const page = newer.slice(0, Math.min(limit, 2));
      return {
        changes: page.map(({ v: _, ...change }) => change as PullPage['changes'][number]),
        cursor: `${epoch}/${page.at(-1)?.v ?? v}`,
        more: newer.length > page.length,
        server_time: this.#time(),
      };
    });
  }

  #time(): string {
    return new Date(Date.now() + this.ahead).toISOString();
  }

  push(mutations: readonly Mutation[], more: boolean): Promise<unknown[]> {
    if (!more) this.cleared.push('push');
    return this.#answer('push', () => mutations.map((mutation) => this.#take(mutation)), mutations);
  }

  sealed(items: readonly SealedItem[], more: boolean): Promise<unknown[]> {
    if (!more) this.cleared.push('sealed');
    return this.#answer('sealed', async () => {
      // One after the other, like the server: which of several is opened first would be chance.
      const results = [];
      for (const item of items) results.push(await this.#takeSealed(item));
      return results;
    });
  }

  async #takeSealed(item: SealedItem): Promise<unknown> {
    if (this.key === null) throw problem(500, 'failed');
    try {
      return this.#take((await openSealed(item, this.key.privateJwk)) as Mutation);
    } catch {
      return { id: item.id, status: 'rejected', code: 'cannot_open' };
    }
  }

  terms(): Promise<ServerTerms> {
    return this.#answer('terms', async () => {
      this.key ??= await ServerKey.make();
      const usual = { schema: 1, lease_hours: 72, wipe_days: 14, auto_lock_minutes: 10, events: false };
      return { ...usual, sealing_key: this.key.sealingKey, server_time: this.#time(), ...this.terms_ };
    });
  }

  async events(onVersion: (v: number) => void, signal: AbortSignal): Promise<void> {
    this.calls.push('events');
    this.listening.add(onVersion);
    onVersion(this.#v);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    this.listening.delete(onVersion);
  }

  /** Tells whoever listens that the clock moved. */
  hint(): void {
    for (const listener of this.listening) listener(this.#v);
  }

  demo(): Promise<boolean> {
    return this.#answer('demo', () => this.demonstrates);
  }

  /** A backup of `restored` takes the server's place: receipts and sales since are forgotten. */
  restore(restoredTo: string, keep: (mutation: Mutation) => boolean): void {
    for (const mutation of this.applied.filter((each) => !keep(each))) this.receipts.delete(mutation.id);
    const kept = this.applied.filter(keep);
    this.applied.splice(0, Infinity, ...kept);
    this.epoch += '+';
    this.restoredTo = restoredTo;
  }

  #take(mutation: Mutation): unknown {
    const known = this.receipts.get(mutation.id);
    if (known !== undefined) return { ...known, duplicate: true };
    const result = this.judge(mutation) as PushResult;
    if (!['applied', 'conflict', 'rejected'].includes(result?.status)) return result;
    this.receipts.set(mutation.id, result);
    if (result.status === 'applied') this.applied.push(mutation);
    return result;
  }

  async #answer<T>(call: string, work: () => T | Promise<T>, mutations?: readonly Mutation[]): Promise<T> {
    this.calls.push(call);
    await Promise.resolve();
    const mishap = this.mishap(call, mutations);
    if (mishap instanceof ApiProblem) throw mishap;
    if (mishap === 'lost before') throw offline();
    if (this.revoked === 'hard' || (this.revoked === 'soft' && call !== 'push' && call !== 'sealed')) {
      const body = { code: 'device_revoked', detail: '', wipe: true, accept_outbox: this.revoked === 'soft', epoch: this.epoch };
      throw new ApiProblem(401, body);
    }
    const answer = structuredClone(await work());
    if (mishap === 'lost after') throw offline();
    return answer;
  }
}

async function sha256(body: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

let made = 0;
const id = () => `00000000-0000-7000-8000-${String(++made).padStart(12, '0')}`;

export function customer(values: Partial<CustomerRow> = {}): CustomerRow {
  return {
    id: id(), name: '김민지', name_latin: 'Kim Minji', name_han: null, phone: '+821012344821', phones: [], cards: [], grade: null, points: 0,
    home_store: 'GN', language: 'ko', sex: null, nationality: null, district: null, memo: null, last_purchase_on: null,
    last_basket: [], last_currency: null, purchase_gaps: [], cycle_days: null, preferences: [], sms_senders: [],
    night_senders: [], ...values,
  };
}

export function product(values: Partial<ProductRow> = {}): ProductRow {
  return {
    id: id(), sku: `SKU-${made}`, barcode: null, name: '하늘담 수분크림', name_latin: null, brand: null, category: null,
    price: 89000, currency: 'KRW', business_unit: null, ...values,
  };
}

export function store(values: Partial<StoreRow> = {}): StoreRow {
  return {
    id: id(), code: 'GN', name: '강남점', name_latin: 'Gangnam', business_unit: 'DF', time_zone: 'Asia/Seoul',
    currency: 'KRW', phone: null, ...values,
  };
}
