package org.queqiao.eventlog.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogEntry;
import org.queqiao.eventlog.LogInUse;
import org.queqiao.eventlog.testkit.EventLogContract;
import org.queqiao.testkit.TestSize;

/** Kills a real process with SIGKILL while it appends. */
class KilledProcessTest {
  private static final LogSettings SETTINGS = LogSettings.defaults().withReserve(0, 0);
  @TempDir Path folder;

  @Test
  void everyAcknowledgedPositionIsReadableAfterKillNine() throws Exception {
    int kills = TestSize.ciOrFull(4, 100);
    SplittableRandom random = new SplittableRandom(kills);
    for (int kill = 1; kill <= kills; kill++) {
      long acknowledged = runAndKill(random.nextInt(1, 400));
      try (EventLog log = FileEventLog.open(folder, SETTINGS)) {
        assertThat(log.durablePosition()).isGreaterThanOrEqualTo(acknowledged);
        assertThat(log.head().epoch()).isEqualTo(kill);
        for (LogEntry entry : EventLogContract.readAll(log, 1)) {
          assertThat(entry.payload())
              .isEqualTo(AppendingProcess.payload(entry.position(), entry.epoch()));
        }
      }
    }
  }

  @Test
  void aLogHeldByAnotherProcessIsRefusedWithItsId() throws Exception {
    Process process = start();
    try (BufferedReader output = reader(process)) {
      assertThat(output.readLine()).isNotNull();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> FileEventLog.open(folder, SETTINGS))
            .isInstanceOf(LogInUse.class)
            .hasMessageContaining("held by process " + process.pid());
      }
    } finally {
      kill(process);
    }
    FileEventLog.open(folder, SETTINGS).close();
  }

  @Test
  void refusingASecondOpenerHereKeepsOtherProcessesOutToo() throws Exception {
    try (EventLog log = FileEventLog.open(folder, SETTINGS)) {
      assertThatThrownBy(() -> FileEventLog.open(folder, SETTINGS))
          .isInstanceOf(LogInUse.class)
          .hasMessageContaining("held by process " + ProcessHandle.current().pid());
      Process other = start();
      try (BufferedReader output = reader(other)) {
        assertThat(output.readLine()).as("the other process appended nothing").isNull();
        assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(other.exitValue()).isEqualTo(1);
      } finally {
        kill(other);
      }
      assertThat(log.head().epoch()).isZero();
    }
  }

  private long runAndKill(int acknowledgements) throws Exception {
    Process process = start();
    long acknowledged = 0;
    try (BufferedReader output = reader(process)) {
      for (int i = 0; i < acknowledgements; i++) {
        acknowledged = Long.parseLong(output.readLine());
      }
      kill(process);
      String line;
      while ((line = output.readLine()) != null && !line.isEmpty()) {
        acknowledged = Math.max(acknowledged, Long.parseLong(line));
      }
    } finally {
      kill(process);
    }
    return acknowledged;
  }

  private Process start() throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            AppendingProcess.class.getName(),
            folder.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static BufferedReader reader(Process process) {
    return new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
  }

  private static void kill(Process process) throws InterruptedException {
    // By its handle: the process object would close the output that is still to be read.
    process.toHandle().destroyForcibly();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }
}
