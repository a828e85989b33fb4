/** A path of moves and relative lines in whole units, as `evidence.signature` has it. */
export const BOX = { width: 600, height: 200 };
/** Far more than a name needs; a statement stays small. */
const LONGEST = 4000;
const STEP = 4;

/** A drawing as it grows under a finger. Pure: each step gives a new one. */
export interface Drawing {
  readonly path: string;
  readonly x: number;
  readonly y: number;
}

export const NOTHING: Drawing = { path: '', x: 0, y: 0 };

export function begin(drawing: Drawing, x: number, y: number): Drawing {
  const [left, top] = [within(x, BOX.width), within(y, BOX.height)];
  return grown(drawing, `M${String(left)} ${String(top)}`, left, top);
}

/** A line to there, unless it is too near to be seen. */
export function draw(drawing: Drawing, x: number, y: number): Drawing {
  const [left, top] = [within(x, BOX.width), within(y, BOX.height)];
  const [across, down] = [left - drawing.x, top - drawing.y];
  if (Math.abs(across) + Math.abs(down) < STEP) return drawing;
  return grown(drawing, `l${String(across)} ${String(down)}`, left, top);
}

function grown(drawing: Drawing, step: string, x: number, y: number): Drawing {
  return drawing.path.length + step.length > LONGEST ? drawing : { path: drawing.path + step, x, y };
}

function within(value: number, limit: number): number {
  return Math.min(limit, Math.max(0, Math.round(value)));
}
