package org.queqiao.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LateGpusTest {
  @TempDir Path root;

  private final List<String> said = new ArrayList<>();

  private void fiveMinutes(LateGpus gpus) {
    for (int i = 0; i < 30; i++) {
      gpus.look();
    }
  }

  @Test
  void aDriverThatIsLoadedLaterIsToldOnceForEachNumberOfGpus() throws Exception {
    Files.createDirectories(root.resolve("dev/dri"));
    LateGpus gpus = new LateGpus(root, said::add);
    Files.createFile(root.resolve("dev/nvidia0"));
    fiveMinutes(gpus);
    assertThat(said).as("no driver").isEmpty();
    Files.createDirectories(root.resolve("proc/driver/nvidia"));
    Files.createFile(root.resolve("dev/nvidiactl"));
    fiveMinutes(gpus);
    fiveMinutes(gpus);
    assertThat(said).singleElement().asString().contains("GPUs since the agent started: 1, not 0");
    Files.createFile(root.resolve("dev/nvidia1"));
    fiveMinutes(gpus);
    assertThat(said).hasSize(2).last().asString().contains("2, not 1");

    LateGpus fresh = new LateGpus(root, said::add);
    fiveMinutes(fresh);
    assertThat(said).as("the node was started with them").hasSize(2);
  }

  @Test
  void renderNodesCountWhereTheyServeComputing() throws Exception {
    Files.createDirectories(root.resolve("dev/dri"));
    Files.createFile(root.resolve("dev/dri/renderD128"));
    LateGpus gpus = new LateGpus(root, said::add);
    Files.createFile(root.resolve("dev/kfd"));
    fiveMinutes(gpus);
    assertThat(said).singleElement().asString().contains(": 1, not 0");
  }
}
