package org.queqiao.runtime;

/** Where the runtime takes the time from; the simulator has its own. */
public interface TimeSource {
  /** Milliseconds since the epoch as people see them. May jump either way. */
  long wallMs();

  /** Nanoseconds since an arbitrary moment; never falls. */
  long monotonicNanos();

  /** The clocks of this machine. */
  static TimeSource system() {
    return new TimeSource() {
      @Override
      public long wallMs() {
        return System.currentTimeMillis();
      }

      @Override
      public long monotonicNanos() {
        return System.nanoTime();
      }
    };
  }
}
