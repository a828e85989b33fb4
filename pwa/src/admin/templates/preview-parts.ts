import type { TemplatePreview } from './records';

/** A run of the text: of the legal frame or of the writer's words; `bad` is one character that carriers drop. */
export interface Part {
  text: string;
  frame: boolean;
  bad: boolean;
}

/** The text in runs. The server counts code points. */
export function marked({ text, before, after, euc_kr_problems }: Pick<TemplatePreview, 'text' | 'before' | 'after' | 'euc_kr_problems'>): Part[] {
  const points = [...text];
  const begin = [...before].length;
  const end = points.length - [...after].length;
  const bad = new Set(euc_kr_problems.map(({ index }) => index));
  const parts: Part[] = [];
  points.forEach((point, index) => {
    const part = { text: point, frame: index < begin || index >= end, bad: bad.has(index) };
    const last = parts.at(-1);
    if (last !== undefined && !part.bad && !last.bad && last.frame === part.frame) last.text += point;
    else parts.push(part);
  });
  return parts;
}
