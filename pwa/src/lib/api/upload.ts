import type { components } from './schema';
import { spokenLanguage } from './client';
import { offlineProblem, problemOf } from './problem';

/** Sends a file as the body of a request, telling how much of it is on its way (0 to 1). Aborting rejects as offline. */
export function uploadImport(
  file: File,
  kind: string,
  { onProgress, signal }: { onProgress: (fraction: number) => void; signal: AbortSignal },
): Promise<components['schemas']['ImportFile']> {
  // XMLHttpRequest, because fetch does not say how far an upload is.
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/v1/imports/uploads?${new URLSearchParams({ name: file.name, kind })}`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.setRequestHeader('Accept-Language', spokenLanguage());
    request.upload.onprogress = (event) => onProgress(event.total === 0 ? 0 : event.loaded / event.total);
    request.onerror = request.onabort = () => reject(offlineProblem(new Error('upload')));
    request.onload = () => {
      const body = parsed(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve(body as components['schemas']['ImportFile']);
      else reject(problemOf(new Response(null, { status: request.status }), body));
    };
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
