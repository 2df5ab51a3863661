package org.queqiao.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.codec.EventCodec.ActedEvent;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogEntry;
import org.queqiao.eventlog.LogFault;
import org.queqiao.eventlog.LogHead;
import org.queqiao.eventlog.memory.MemoryDisk;

/** Bugs of the log's storage. */
final class StoreBugs {
  private StoreBugs() {}

  /** The second crash brings back what was on the disk at the first. */
  static Seams oldCopy() {
    TreeMap<String, byte[]> copy = new TreeMap<>();
    return new Seams() {
      @Override
      public void crashed(MemoryDisk disk) {
        if (copy.isEmpty()) {
          disk.names().forEach(name -> copy.put(name, disk.bytes(name)));
          return;
        }
        try {
          for (String name : List.copyOf(disk.names())) {
            disk.delete(name);
          }
          for (String name : copy.keySet()) {
            disk.create(name);
            disk.overwrite(name, 0, copy.get(name));
          }
          disk.forceNames();
        } catch (IOException impossible) {
          throw new UncheckedIOException(impossible);
        }
      }
    };
  }

  static Seams noSync() {
    return new Seams() {
      @Override
      public EventLog log(EventLog log) {
        return new RewritingLog(log) {
          private boolean submitted;

          @Override
          ActedEvent rewrite(ActedEvent fact) {
            submitted |= fact.event() instanceof JobSubmitted;
            return fact;
          }

          @Override
          public void sync() {
            if (!submitted) {
              super.sync();
            }
            submitted = false;
          }
        };
      }
    };
  }

  /** A failed sync is taken for a good one, and the file is not looked at again. */
  static Seams swallowedFailure() {
    return new Seams() {
      @Override
      public EventLog log(EventLog log) {
        return new RewritingLog(log) {
          private boolean failed;
          private LogHead lastHead;
          private long position;

          @Override
          public long append(long timeMs, byte[] payload) {
            position = failed ? position + 1 : super.append(timeMs, payload);
            return position;
          }

          @Override
          public void sync() {
            if (!failed) {
              lastHead = super.head();
              try {
                super.sync();
              } catch (LogFault fault) {
                failed = true;
              }
            }
          }

          @Override
          public LogHead head() {
            return failed ? lastHead : super.head();
          }

          @Override
          public boolean acceptsNewWork() {
            return failed || super.acceptsNewWork();
          }
        };
      }
    };
  }

  static Seams timeBack() {
    return new Seams() {
      @Override
      public LogEntry stored(LogEntry entry) {
        return entry.position() == 40
            ? new LogEntry(entry.position(), entry.epoch(), 1, entry.payload())
            : entry;
      }
    };
  }

  static Seams foreignEpoch() {
    return new Seams() {
      @Override
      public LogEntry stored(LogEntry entry) {
        return entry.position() == 40
            ? new LogEntry(entry.position(), entry.epoch() + 1, entry.timeMs(), entry.payload())
            : entry;
      }
    };
  }

  /** A bit of the first segment flips while the machine is down. */
  static Seams flippedBit() {
    return new Seams() {
      @Override
      public void crashed(MemoryDisk disk) {
        for (String name : disk.names()) {
          if (name.endsWith(".log") || name.contains("segment")) {
            disk.flipBit(name, disk.bytes(name).length / 2, 3);
            return;
          }
        }
        throw new IllegalStateException("no segment among " + disk.names());
      }
    };
  }
}
