package org.queqiao.runtime.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.codec.EventCodec;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.core.message.Viewer;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogCursor;
import org.queqiao.eventlog.LogEntry;
import org.queqiao.eventlog.file.FileEventLog;
import org.queqiao.eventlog.file.LogSettings;
import org.queqiao.runtime.RuntimeStory;
import org.queqiao.runtime.copy.JobQuestions;
import org.queqiao.runtime.copy.StateCopies;

/** The offline commands on a real log. */
final class LogCommandTest {
  @TempDir Path data;

  private record Result(int exit, String out) {}

  @BeforeEach
  void writeALog() throws IOException {
    Path folder = Files.createDirectories(data.resolve(LogCommand.LOG_FOLDER));
    try (EventLog log = FileEventLog.open(folder, LogSettings.defaults().withReserve(0, 0))) {
      log.claimEpoch("test");
      Actor owner = Actor.localOwner("ops");
      log.append(
          1000,
          EventCodec.encode(
              owner,
              new PartitionDefined(new PartitionName("batch"), true, 3_600_000, 86_400_000)));
      for (int i = 0; i < 20; i++) {
        log.append(
            1001 + i,
            EventCodec.encode(
                owner, new DomainDefined(new DomainCode("d" + i), "Domain \"" + i + "\"")));
      }
      log.sync();
    }
  }

  private Result run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<String> all =
        Stream.concat(Stream.of(arguments), Stream.of("--data", data.toString())).toList();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    int exit = LogCommand.run(all, stream, stream);
    return new Result(exit, out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void aWholeLogIsDescribedAndVerified() {
    assertThat(run("verify").exit()).isZero();
    assertThat(run("verify").out()).contains("the log is whole");
    assertThat(run("describe").out()).contains("positions 1 to 21").contains("claimed by test");
  }

  @Test
  void factsAreDumpedAsLinesOfJson() {
    Result dump = run("dump", "--from", "1", "--until", "2");
    assertThat(dump.out().lines()).hasSize(2);
    assertThat(dump.out())
        .contains("\"actor\":\"LOCAL_OWNER:ops\",\"event\":\"PartitionDefined\",\"name\":\"batch\"")
        .contains("\"title\":\"Domain \\\"0\\\"\"");
  }

  @Test
  void aReplayStopsWhereItIsTold() {
    Result all = run("replay");
    Result part = run("replay", "--until", "5");
    assertThat(all.exit()).isZero();
    assertThat(all.out()).contains("replayed to position 21").contains("digest ");
    assertThat(part.out()).contains("replayed to position 5");
    assertThat(digest(part)).isNotEqualTo(digest(all));
    assertThat(run("replay", "--until", "5").out()).isEqualTo(part.out());
    assertThat(part.out()).doesNotContain("ends there");
    assertThat(run("replay", "--until", "99").out())
        .contains("replayed to position 21", "the log ends there, before position 99");
  }

  private static String digest(Result result) {
    return result
        .out()
        .lines()
        .filter(line -> line.startsWith("digest "))
        .findFirst()
        .orElseThrow();
  }

  /** Every bit of what was written is guarded: segments and durable mark alike. */
  @Test
  void anyFlippedBitIsFoundWithItsOffset() throws IOException {
    SplittableRandom random = new SplittableRandom(20_261_123);
    try (Stream<Path> files = Files.walk(data)) {
      List<Path> segments =
          files.filter(f -> f.getFileName().toString().startsWith("segment-")).toList();
      assertThat(segments).isNotEmpty();
      for (Path file : segments) {
        byte[] good = Files.readAllBytes(file);
        int used = good.length;
        while (used > 0 && good[used - 1] == 0) {
          used--;
        }
        for (int flip = 0; flip < 200; flip++) {
          int at = random.nextInt(used);
          byte[] bad = good.clone();
          bad[at] ^= (byte) (1 << random.nextInt(8));
          Files.write(file, bad);
          Result result = run("verify");
          assertThat(result.exit()).as("flip at %d of %s: %s", at, file, result.out()).isEqualTo(1);
          assertThat(result.out()).contains("DAMAGED").contains("offset");
        }
        Files.write(file, good);
      }
    }
    assertThat(run("verify").exit()).isZero();
  }

  @Test
  void aJobIsExplainedAsItWasInTheWordsOfTheServer(@TempDir Path other) throws IOException {
    RuntimeStory story = new RuntimeStory();
    story.open().withSite();
    for (int i = 0; i < 4; i++) {
      story.submit("k" + i);
    }
    JobId last = story.submit("last");
    long waitsMs = story.runtime.timeMs();
    JobQuestions live =
        new JobQuestions(new StateCopies(story.log, 100_000), JobQuestions.Bounds.USUAL);
    String waits = live.explain(last, waitsMs, () -> false).orElseThrow().text(Viewer.OWNER);
    assertThat(waits)
        .contains("The job waits: Resources", "4 jobs hold what is missing")
        .contains("nobody submits more, it starts in 1 h 0 min.\n")
        .containsPattern("TERM +WEIGHT +FACTOR +POINTS\nage ");
    story.time.advanceMs(60_000);
    story.tell(story.ended(new JobId(1)));
    data = other;
    Path folder = Files.createDirectories(other.resolve(LogCommand.LOG_FOLDER));
    try (EventLog log = FileEventLog.open(folder, LogSettings.defaults().withReserve(0, 0));
        LogCursor cursor = story.log.read(1)) {
      log.claimEpoch("test");
      for (LogEntry each = cursor.next(); each != null; each = cursor.next()) {
        log.append(each.timeMs(), each.payload());
      }
      log.sync();
    }
    Result then = run("explain", "--job", last.toString(), "--at", "" + waitsMs);
    assertThat(then.exit()).isZero();
    assertThat(then.out()).endsWith(waits);
    assertThat(run("explain", "--job", last.toString(), "--at", "" + (waitsMs + 60_000)).out())
        .contains("The job started 1 min 0 s after it was submitted.");
    assertThat(run("explain", "--job", "99", "--at", "" + waitsMs).out())
        .contains("there is no job 99 then");
    assertThat(run("explain", "--job", "1").exit()).isEqualTo(2);
  }

  @Test
  void wrongCommandsAreNamed() {
    assertThat(run("shred").exit()).isEqualTo(2);
    assertThat(run("replay", "--until", "soon").exit()).isEqualTo(2);
  }
}
