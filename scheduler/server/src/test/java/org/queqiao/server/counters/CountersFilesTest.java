package org.queqiao.server.counters;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.RunMetrics;

final class CountersFilesTest {
  private static final long PLENTY = 1L << 30;

  @TempDir private Path folder;

  private static CountersFiles.Kept kept(long job, String node, long value) {
    return new CountersFiles.Kept(
        new NodeName(node),
        new RunMetrics(
            new RunId(new JobId(job), 1), List.of(CounterValue.exact(Counter.CPU_USER, value))));
  }

  private static List<CountersFiles.Kept> find(CountersFiles files, long job) throws IOException {
    return files.find(new JobId(job));
  }

  @Test
  void whatWasStoredIsFoundByItsJobAlsoAfterARestart() throws IOException {
    CountersFiles files = new CountersFiles(folder, PLENTY);
    files.append(List.of(kept(7, "a", 1), kept(7, "b", 2), kept(8, "a", 3), kept(5_000, "a", 4)));
    for (CountersFiles each : List.of(files, new CountersFiles(folder, PLENTY))) {
      assertThat(find(each, 7)).containsExactly(kept(7, "a", 1), kept(7, "b", 2));
      assertThat(find(each, 5_000)).containsExactly(kept(5_000, "a", 4));
      assertThat(find(each, 9)).isEmpty();
      assertThat(find(each, 9_999_999)).isEmpty();
    }
  }

  @Test
  void ofWhatIsToldTwiceTheLastCounts() throws IOException {
    CountersFiles files = new CountersFiles(folder, PLENTY);
    files.append(List.of(kept(1, "a", 1)));
    files.append(List.of(kept(1, "a", 2)));
    assertThat(find(files, 1)).containsExactly(kept(1, "a", 2));
  }

  @Test
  void aRecordThatACrashCutOffAnywhereHidesNoOther() throws IOException {
    CountersFiles files = new CountersFiles(folder, PLENTY);
    files.append(List.of(kept(1, "a", 1)));
    Path file = folder.resolve("0.counters");
    long whole = Files.size(file);
    files.append(List.of(kept(2, "b", 2)));
    byte[] all = Files.readAllBytes(file);
    for (int cut = all.length - 1; cut >= whole; cut--) {
      Files.write(file, all);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(cut);
      }
      CountersFiles next = new CountersFiles(folder, PLENTY);
      assertThat(find(next, 1)).containsExactly(kept(1, "a", 1));
      assertThat(find(next, 2)).isEmpty();
      next.append(List.of(kept(3, "c", 3)));
      assertThat(find(next, 1)).containsExactly(kept(1, "a", 1));
      assertThat(find(next, 3)).containsExactly(kept(3, "c", 3));
    }
  }

  @Test
  void aSeriesIsKeptBesideAndGoesWithItsJobs() throws IOException {
    CountersFiles files = new CountersFiles(folder, 2_000);
    CountersFiles.Kept first = kept(1, "a", 1);
    files.store(List.of(new CountersFiles.WithSeries(first, new byte[] {1, 2, 3})));
    assertThat(files.series(first.node(), first.metrics().run())).containsExactly(1, 2, 3);
    CountersFiles next = new CountersFiles(folder, 2_000);
    assertThat(next.series(first.node(), first.metrics().run())).containsExactly(1, 2, 3);
    next.store(List.of(new CountersFiles.WithSeries(kept(5_000, "a", 1), new byte[3_000])));
    assertThat(next.series(first.node(), first.metrics().run())).isEmpty();
    assertThat(find(next, 1)).isEmpty();
    assertThat(find(next, 5_000)).hasSize(1);
  }

  @Test
  void beyondItsBoundTheOldestJobsAreGivenUp() throws IOException {
    CountersFiles files = new CountersFiles(folder, 4_000);
    for (long job = 0; job < 20; job++) {
      List<CountersFiles.Kept> many = new ArrayList<>();
      for (int i = 1; i <= 20; i++) {
        many.add(kept(job * 1_000 + i, "node", i));
      }
      files.append(many);
    }
    assertThat(find(files, 1)).isEmpty();
    assertThat(find(files, 19_020)).hasSize(1);
    long bytes = 0;
    try (var each = Files.list(folder)) {
      for (Path file : each.toList()) {
        bytes += Files.size(file);
      }
    }
    assertThat(bytes).isLessThanOrEqualTo(4_000);
  }
}
