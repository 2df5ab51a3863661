package org.queqiao.eventlog.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintStream;
import java.nio.file.Path;
import org.queqiao.eventlog.EventLog;

/**
 * Appends until it is killed and says on standard output which position became durable, after it
 * did.
 */
final class AppendingProcess {
  private AppendingProcess() {}

  /** Argument: the folder of the log. */
  public static void main(String[] arguments) {
    LogSettings settings =
        LogSettings.defaults().withSegmentBytes(128 * 1024).withReserve(64 * 1024, 0);
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    try (EventLog log = FileEventLog.open(Path.of(arguments[0]), settings)) {
      long epoch = log.claimEpoch("process " + ProcessHandle.current().pid());
      while (true) {
        for (int i = 0; i < 17; i++) {
          long next = log.head().position() + 1;
          log.append(next, payload(next, epoch));
        }
        log.sync();
        out.println(log.durablePosition());
      }
    }
  }

  /** What the entry of a position holds. */
  static byte[] payload(long position, long epoch) {
    return ("entry " + position + " of epoch " + epoch + " ")
        .repeat((int) (position % 11))
        .getBytes(UTF_8);
  }
}
