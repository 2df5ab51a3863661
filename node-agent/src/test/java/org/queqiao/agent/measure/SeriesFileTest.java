package org.queqiao.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.metrics.Series;

final class SeriesFileTest {
  private static final int BYTES_MAX = 1_000;

  @TempDir private Path folder;

  @Test
  void aFullFileIsThinnedAndKeepsItsBeginningAndItsEnd() throws IOException {
    Path path = folder.resolve("1.1");
    SeriesFile file = SeriesFile.open(path, BYTES_MAX, 10, List.of(9));
    long now = 0;
    long last = 0;
    for (int i = 0; i < 10_000; i++) {
      now += 10;
      if (file.due(now)) {
        file.add(new long[] {now, i});
        last = now;
      }
      assertThat(Files.size(path)).isLessThanOrEqualTo(BYTES_MAX);
    }
    Series series = file.read();
    assertThat(series.rows().size()).isBetween(20, 65);
    assertThat(series.rows().getFirst()[0]).isEqualTo(10);
    assertThat(series.rows().getLast()[0]).isEqualTo(last);
    assertThat(series.intervalMs()).isGreaterThanOrEqualTo(1_280);
  }

  @Test
  void anotherAgentGoesOnWhereOneWasKilled() throws IOException {
    Path path = folder.resolve("1.1");
    SeriesFile.open(path, BYTES_MAX, 10, List.of(9, 28)).add(new long[] {10, 1, 2});
    byte[] whole = Files.readAllBytes(path);
    Files.write(path, java.util.Arrays.copyOf(whole, whole.length - 3));
    SeriesFile cut = SeriesFile.open(path, BYTES_MAX, 99, List.of(1));
    assertThat(cut.counters()).containsExactly(9, 28);
    assertThat(cut.read().rows()).isEmpty();
    Files.write(path, new byte[] {1, 2, 3});
    SeriesFile damaged = SeriesFile.open(path, BYTES_MAX, 99, List.of(1));
    damaged.add(new long[] {20, 5});
    assertThat(damaged.read().rows()).hasSize(1);
  }

  @Test
  void whatAFullDiskTookOfARowIsWrittenOver() throws IOException {
    Path path = folder.resolve("1.1");
    SeriesFile file = SeriesFile.open(path, BYTES_MAX, 10, List.of(9, 28));
    file.add(new long[] {10, 1, 2});
    Files.write(path, new byte[] {1, 2, 3, 4, 5}, java.nio.file.StandardOpenOption.APPEND);
    file.add(new long[] {20, 3, 4});
    assertThat(file.read().rows()).hasSize(2);
    assertThat(file.read().rows().getLast()).containsExactly(20, 3, 4);
  }
}
