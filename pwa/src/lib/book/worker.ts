/// <reference lib="webworker" />
import { httpSyncServer } from '$lib/api/sync';
import { identityCipher } from '$lib/vault';
import { Keeper } from './keeper';
import type { Calls, Message, Method, Request } from './rpc';
import type { OpenOptions } from './types';

declare const self: DedicatedWorkerGlobalScope;

let keeper: Keeper | null = null;

const tell = (message: Message) => self.postMessage(message);

async function open(options: OpenOptions): Promise<void> {
  keeper?.close();
  keeper = await Keeper.open({ server: httpSyncServer, cipher: identityCipher, listener: (told) => tell({ told }) }, options);
}

async function answer({ method, args }: Request): Promise<unknown> {
  if (method === 'open') return open(args[0] as OpenOptions);
  if (keeper === null) throw new Error('The book is not open.');
  const call = keeper[method satisfies Exclude<Method, 'open'>] as (...args: unknown[]) => ReturnType<Calls[Method]>;
  return call.apply(keeper, args);
}

self.onmessage = ({ data }: MessageEvent<Request>) => {
  answer(data).then(
    (value) => tell({ call: data.call, value }),
    (error: unknown) => tell({ call: data.call, failure: error instanceof Error ? error.message : String(error) }),
  );
};

self.addEventListener('online', () => void keeper?.syncNow());
