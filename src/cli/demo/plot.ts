// Draws queue depth against replicas as one SVG: two step lines over time, readable on light and dark pages.
import type { Frame } from './timeline.ts';

const WIDTH = 860;
const HEIGHT = 320;
const LEFT = 56;
const RIGHT = 56;
const TOP = 44;
const BOTTOM = 40;
const DEPTH_COLOR = '#3b82c4';
const READY_COLOR = '#d97706';

interface Axis {
  readonly max: number;
  readonly ticks: readonly number[];
}

/** A "nice" axis from 0: about five ticks of 1, 2 or 5 times a power of ten. */
export function axisTo(max: number): Axis {
  const rough = Math.max(1, max) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((n) => n * power).find((s) => s >= rough) ?? power);
  const top = Math.ceil(Math.max(1, max) / step) * step;
  return { max: top, ticks: Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step) };
}

export function plotSvg(frames: readonly Frame[], title: string): string {
  const seconds = axisTo(Math.max(...frames.map((f) => f.at / 1000)));
  const depth = axisTo(Math.max(...frames.map((f) => f.depth)));
  const replicas = axisTo(Math.max(...frames.map((f) => Math.max(f.wanted, f.ready))));
  const x = (at: number): number => LEFT + (at / 1000 / seconds.max) * (WIDTH - LEFT - RIGHT);
  const y = (value: number, axis: Axis): number => HEIGHT - BOTTOM - (value / axis.max) * (HEIGHT - TOP - BOTTOM);
  const steps = (value: (f: Frame) => number, axis: Axis): string =>
    frames
      .map((f, i) => `${i === 0 ? 'M' : 'H'}${x(f.at).toFixed(1)}${i === 0 ? ' ' : 'V'}${y(value(f), axis).toFixed(1)}`)
      .join('');
  const text = (px: number, py: number, anchor: string, content: string, color = '#777'): string =>
    `<text x="${px.toFixed(1)}" y="${py.toFixed(1)}" text-anchor="${anchor}" fill="${color}">${escape(content)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="${escape(title)}">`,
    text(LEFT, 20, 'start', title, '#777'),
    ...depth.ticks.map(
      (t) => `<path d="M${LEFT} ${y(t, depth).toFixed(1)}H${WIDTH - RIGHT}" stroke="#8884" stroke-width="0.5"/>`,
    ),
    ...depth.ticks.map((t) => text(LEFT - 8, y(t, depth) + 4, 'end', String(t), DEPTH_COLOR)),
    ...replicas.ticks.map((t) => text(WIDTH - RIGHT + 8, y(t, replicas) + 4, 'start', String(t), READY_COLOR)),
    ...seconds.ticks.map((t) => text(x(t * 1000), HEIGHT - BOTTOM + 18, 'middle', `${t} s`)),
    `<path d="${steps((f) => f.depth, depth)}" fill="none" stroke="${DEPTH_COLOR}" stroke-width="2"/>`,
    `<path d="${steps((f) => f.wanted, replicas)}" fill="none" stroke="${READY_COLOR}" stroke-width="1" stroke-dasharray="4 3"/>`,
    `<path d="${steps((f) => f.ready, replicas)}" fill="none" stroke="${READY_COLOR}" stroke-width="2"/>`,
    text(LEFT, 36, 'start', '— messages in the queue', DEPTH_COLOR),
    text(WIDTH - RIGHT, 36, 'end', '— replicas ready   ┄ replicas wanted', READY_COLOR),
    '</svg>',
    '',
  ].join('\n');
}

function escape(content: string): string {
  return content.replace(/[<>&"]/g, (c) => `&#${c.codePointAt(0)};`);
}
