// Calls from the main thread to the worker: a request with a number, an answer with the same number.
import { BookError } from './errors';
import type { Guard } from './guard';
import type { Keeper } from './keeper';
import type { Told } from './status';

/** What needs an open book. */
export const READING = [
  'findCustomers', 'findProducts', 'customer', 'due', 'offers', 'outlook', 'products', 'stores', 'wordings', 'programme', 'coupons', 'grades', 'templates', 'record', 'resend', 'dismiss',
  'hold',
] as const;

/** What can be called in the worker. */
export type Calls = Pick<Keeper, (typeof READING)[number]> &
  Pick<Guard, 'inspect' | 'protect' | 'unlock' | 'setPin' | 'lockNow' | 'removeSlot' | 'wipe' | 'open' | 'syncNow' | 'persisted'>;

export type Method = keyof Calls;
export type Result<M extends Method> = Awaited<ReturnType<Calls[M]>>;

export interface Request {
  call: number;
  method: Method;
  args: unknown[];
}

export type Message = { call: number; value: unknown } | { call: number; failure: { code: string; message: string } } | { told: Told };

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
    if ('failure' in message) waiting?.reject(new BookError(message.failure.code, message.failure.message));
    else waiting?.resolve(message.value);
  }
}
