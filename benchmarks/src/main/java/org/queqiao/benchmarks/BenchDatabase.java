package org.queqiao.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import org.queqiao.accounting.database.EmbeddedDatabase;

/** A PostgreSQL of its own in a folder of its own; nothing is left of either. */
final class BenchDatabase {
  private BenchDatabase() {}

  /** What is measured there. */
  interface Measure {
    void in(EmbeddedDatabase database, EmbeddedDatabase.Access access, Path folder)
        throws Exception;
  }

  static void with(Measure measure) throws Exception {
    Path folder = Files.createTempDirectory("queqiao-accounting-");
    EmbeddedDatabase database = new EmbeddedDatabase(folder.resolve("postgres"));
    try {
      measure.in(database, database.start(), folder);
    } finally {
      database.stop();
      try (var files = Files.walk(folder)) {
        for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }

  /** Time of the processor: all of this program, and the processes of the database. */
  record Cpu(Duration own, Duration database) {
    static Cpu now(EmbeddedDatabase database) throws IOException {
      Duration own = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
      Duration theirs = Duration.ZERO;
      ProcessHandle postmaster = ProcessHandle.of(database.pid().orElseThrow()).orElseThrow();
      for (ProcessHandle each : postmaster.descendants().toList()) {
        theirs = theirs.plus(each.info().totalCpuDuration().orElse(Duration.ZERO));
      }
      return new Cpu(own, theirs);
    }

    Cpu since(Cpu before) {
      return new Cpu(own.minus(before.own), database.minus(before.database));
    }

    void into(Report report) {
      report.put("javaCpuS", own.toMillis() / 1e3).put("databaseCpuS", database.toMillis() / 1e3);
    }
  }
}
