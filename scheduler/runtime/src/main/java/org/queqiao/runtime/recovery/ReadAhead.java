package org.queqiao.runtime.recovery;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Goes through something on a thread of its own, a bounded number of elements before they are asked
 * for, so that reading and using them take two processors. They come in their order, and what ends
 * the reading with an exception ends the going through with the same one. To be gone through once,
 * by one thread, and closed by it.
 */
final class ReadAhead<T> implements Iterable<T>, AutoCloseable {
  private static final int BATCH = 500;
  private static final int BATCHES = 4;

  private final ArrayBlockingQueue<Batch<T>> ready = new ArrayBlockingQueue<>(BATCHES);
  private final Thread reader;

  /** Some elements; behind the last of them, if it is the last batch, why the reading ended. */
  private record Batch<T>(List<T> elements, boolean last, Throwable failure) {}

  /** Begins to read. */
  ReadAhead(Iterable<T> source) {
    this.reader = Thread.ofPlatform().name("read-ahead").daemon().start(() -> read(source));
  }

  private void read(Iterable<T> source) {
    List<T> elements = new ArrayList<>(BATCH);
    try {
      Throwable failure = null;
      try {
        for (T each : source) {
          elements.add(each);
          if (elements.size() == BATCH) {
            ready.put(new Batch<>(elements, false, null));
            elements = new ArrayList<>(BATCH);
          }
        }
      } catch (RuntimeException | Error e) {
        failure = e;
      }
      ready.put(new Batch<>(elements, true, failure));
    } catch (InterruptedException closed) {
      // Nobody wants the rest.
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Iterator<T> iterator() {
    return new Iterator<>() {
      private Batch<T> batch = new Batch<>(List.of(), false, null);
      private int next;

      @Override
      public boolean hasNext() {
        while (next == batch.elements().size() && !batch.last()) {
          batch = take();
          next = 0;
        }
        if (next < batch.elements().size()) {
          return true;
        }
        if (batch.failure() instanceof Error error) {
          throw error;
        }
        if (batch.failure() instanceof RuntimeException failure) {
          throw failure;
        }
        return false;
      }

      @Override
      public T next() {
        if (!hasNext()) {
          throw new NoSuchElementException("no more is read");
        }
        return batch.elements().get(next++);
      }
    };
  }

  private Batch<T> take() {
    try {
      return ready.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RecoveryException("interrupted while reading a snapshot", e);
    }
  }

  Thread reader() {
    return reader;
  }

  /** Ends the reading. */
  @Override
  public void close() {
    reader.interrupt();
  }
}
