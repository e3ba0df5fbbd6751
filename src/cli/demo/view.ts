// Shows the demo while it runs: one line that is rewritten on a terminal, plain lines elsewhere.
import type { TerminalStream } from '../context.ts';
import type { Frame } from './timeline.ts';

export interface View {
  say(line: string): void;
  frame(frame: Frame): void;
  /** Ends the rewritten line. */
  finish(): void;
}

const BAR = 30;

export function frameLine(frame: Frame, most: { depth: number; replicas: number }): string {
  const bar = (value: number, max: number, mark: string, width: number): string =>
    mark.repeat(Math.round((Math.min(value, max) / Math.max(1, max)) * width)).padEnd(width, '·');
  const seconds = `${(frame.at / 1000).toFixed(0)} s`.padStart(5);
  const queue = `queue ${String(frame.depth).padStart(3)} ${bar(frame.depth, most.depth, '█', BAR)}`;
  const pods = `replicas ${String(frame.ready).padStart(2)}/${String(frame.wanted).padEnd(2)} ${bar(frame.ready, most.replicas, '▮', most.replicas)}`;
  return `${seconds}  ${queue}  ${pods}  done ${String(frame.handled).padStart(3)}  ${frame.reason}`;
}

export function createView(out: TerminalStream, most: { depth: number; replicas: number }): View {
  const live = out.isTTY === true;
  let open = false;
  let last = '';
  const close = (): void => {
    if (open) out.write('\n');
    open = false;
  };
  return {
    say(line) {
      close();
      out.write(`${line}\n`);
    },
    frame(frame) {
      const line = frameLine(frame, most);
      if (live) {
        out.write(`\r\u001b[2K${line.slice(0, (out.columns ?? 120) - 1)}`);
        open = true;
        return;
      }
      // Without a terminal only changes are worth a line.
      const essence = JSON.stringify({ ...frame, at: 0 });
      if (essence !== last) out.write(`${line}\n`);
      last = essence;
    },
    finish: close,
  };
}
