// Calls from the main thread to the worker: a request with a number, an answer with the same number.
import type { Keeper } from './keeper';
import type { Told } from './status';
import type { OpenOptions } from './types';

/** What can be called in the worker. */
export type Calls = Pick<
  Keeper,
  'findCustomers' | 'findProducts' | 'customer' | 'due' | 'products' | 'stores' | 'record' | 'actAs' | 'syncNow' | 'persisted'
> & { open(options: OpenOptions): Promise<void> };

export type Method = keyof Calls;
export type Result<M extends Method> = Awaited<ReturnType<Calls[M]>>;

export interface Request {
  call: number;
  method: Method;
  args: unknown[];
}

export type Message = { call: number; value: unknown } | { call: number; failure: string } | { told: Told };

/** The main thread's end. */
export class Caller {
  readonly #port: Worker;
  readonly #open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #calls = 0;

  constructor(port: Worker, onTold: (told: Told) => void) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<Message>) => {
      if ('told' in data) onTold(data.told);
      else this.#answer(data);
    };
    port.onerror = (event) => {
      for (const { reject } of this.#open.values()) reject(new Error(event.message));
      this.#open.clear();
    };
  }

  call<M extends Method>(method: M, ...args: Parameters<Calls[M]>): Promise<Result<M>> {
    const call = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#open.set(call, { resolve: resolve as (value: unknown) => void, reject });
      this.#port.postMessage({ call, method, args } satisfies Request);
    });
  }

  #answer(message: Exclude<Message, { told: Told }>): void {
    const waiting = this.#open.get(message.call);
    this.#open.delete(message.call);
    if ('failure' in message) waiting?.reject(new Error(message.failure));
    else waiting?.resolve(message.value);
  }
}
