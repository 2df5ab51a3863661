package org.queqiao.core.plan;

/**
 * Finds the k-th smallest of some numbers: among many a small k by a heap of the k smallest, else
 * by partition (Hoare, "Algorithm 65: find", CACM 4(7), 1961).
 */
final class Selection {
  /** How many more numbers than k there are when a heap is worth it. */
  private static final int MANY = 16;

  private final long[] work;

  Selection(int most) {
    work = new long[most];
  }

  /**
   * The number that has so many before it in order, or the greatest number when there are fewer.
   */
  long smallest(long[] numbers, int before) {
    if (before >= numbers.length) {
      return Long.MAX_VALUE;
    }
    return before < numbers.length / MANY
        ? byHeap(numbers, before + 1)
        : byPartition(numbers, before);
  }

  /** Keeps the smallest in {@code work}, the greatest of them first. */
  private long byHeap(long[] numbers, int count) {
    int size = 0;
    for (long number : numbers) {
      if (size < count) {
        work[size++] = number;
        if (size == count) {
          for (int at = count / 2; at >= 0; at--) {
            sink(at, count);
          }
        }
      } else if (number < work[0]) {
        work[0] = number;
        sink(0, count);
      }
    }
    return work[0];
  }

  private void sink(int from, int count) {
    int at = from;
    long number = work[at];
    for (int child = at * 2 + 1; child < count; child = at * 2 + 1) {
      if (child + 1 < count && work[child + 1] > work[child]) {
        child++;
      }
      if (work[child] <= number) {
        break;
      }
      work[at] = work[child];
      at = child;
    }
    work[at] = number;
  }

  private long byPartition(long[] numbers, int before) {
    System.arraycopy(numbers, 0, work, 0, numbers.length);
    int low = 0;
    int high = numbers.length - 1;
    while (low < high) {
      long pivot = work[(low + high) >>> 1];
      int left = low;
      int right = high;
      while (left <= right) {
        while (work[left] < pivot) {
          left++;
        }
        while (work[right] > pivot) {
          right--;
        }
        if (left <= right) {
          long swapped = work[left];
          work[left++] = work[right];
          work[right--] = swapped;
        }
      }
      if (before <= right) {
        high = right;
      } else if (before >= left) {
        low = left;
      } else {
        break;
      }
    }
    return work[before];
  }
}
