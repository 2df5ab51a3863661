package org.queqiao.simulator.replay;

import java.util.Arrays;

/** A heap of numbers that each carry an index: the smallest number comes first. */
final class LongHeap {
  private long[] keys = new long[256];
  private int[] values = new int[256];
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  long firstKey() {
    return keys[0];
  }

  void add(long key, int value) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, size * 2);
      values = Arrays.copyOf(values, size * 2);
    }
    int at = size++;
    while (at > 0 && keys[(at - 1) >>> 1] > key) {
      int parent = (at - 1) >>> 1;
      keys[at] = keys[parent];
      values[at] = values[parent];
      at = parent;
    }
    keys[at] = key;
    values[at] = value;
  }

  /** Takes the first away and gives what it carried. */
  int removeFirst() {
    int first = values[0];
    size--;
    long key = keys[size];
    int value = values[size];
    int at = 0;
    for (int child = 1; child < size; child = at * 2 + 1) {
      if (child + 1 < size && keys[child + 1] < keys[child]) {
        child++;
      }
      if (keys[child] >= key) {
        break;
      }
      keys[at] = keys[child];
      values[at] = values[child];
      at = child;
    }
    keys[at] = key;
    values[at] = value;
    return first;
  }
}
