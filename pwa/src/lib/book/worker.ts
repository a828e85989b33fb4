/// <reference lib="webworker" />
import { httpSyncServer } from '$lib/api/sync';
import { identityCipher } from '$lib/vault';
import { Keeper } from './keeper';
import type { Calls, Message, Method, Request } from './rpc';
import type { OpenOptions } from './types';

declare const self: DedicatedWorkerGlobalScope;

/** The open book, or the promise of one: calls that come while it opens wait for it. */
let opening: Promise<Keeper> | null = null;

const tell = (message: Message) => self.postMessage(message);

async function open(options: OpenOptions): Promise<void> {
  const last = opening;
  opening = (async () => {
    (await last)?.close();
    return Keeper.open({ server: httpSyncServer, cipher: identityCipher, listener: (told) => tell({ told }) }, options);
  })();
  await opening;
}

async function answer({ method, args }: Request): Promise<unknown> {
  if (method === 'open') return open(args[0] as OpenOptions);
  if (opening === null) throw new Error('The book is not open.');
  const keeper = await opening;
  const call = keeper[method satisfies Exclude<Method, 'open'>] as (...args: unknown[]) => ReturnType<Calls[Method]>;
  return call.apply(keeper, args);
}

self.onmessage = ({ data }: MessageEvent<Request>) => {
  answer(data).then(
    (value) => tell({ call: data.call, value }),
    (error: unknown) => tell({ call: data.call, failure: error instanceof Error ? error.message : String(error) }),
  );
};

self.addEventListener('online', () => void opening?.then((keeper) => keeper.syncNow()));
