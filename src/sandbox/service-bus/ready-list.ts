// Messages in the order of their place in the queue; one that comes back takes its old place again.

export interface Placed {
  readonly place: number;
}

export interface ReadyList<T extends Placed> {
  add(item: T): void;
  /** Removes and returns the item with the lowest place. */
  shift(): T | undefined;
  remove(item: T): void;
  size(): number;
}

/** Nothing is gained by giving back less than this many free slots. */
const COMPACT_FROM = 1024;

export function createReadyList<T extends Placed>(): ReadyList<T> {
  let items: (T | undefined)[] = [];
  let head = 0;

  /** Index of the first item whose place is not below `place`. */
  const indexOf = (place: number): number => {
    let low = head;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((items[middle]?.place ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    size: () => items.length - head,
    add(item) {
      const at = indexOf(item.place);
      if (at === items.length) items.push(item);
      // The oldest message coming back is the usual case after an abandon: reuse the slot it left.
      else if (at === head && head > 0) items[--head] = item;
      else items.splice(at, 0, item);
    },
    shift() {
      if (head === items.length) return undefined;
      const first = items[head];
      items[head++] = undefined;
      if (head >= COMPACT_FROM && head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      return first;
    },
    remove(item) {
      const at = indexOf(item.place);
      if (items[at] === item) items.splice(at, 1);
    },
  };
}
