package org.queqiao.agent.measure;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * GPUs whose driver is loaded while the agent runs already. What a node offers is what its launcher
 * denies to others, so both have to be started anew; this says so, once for each number of them.
 */
final class LateGpus {
  /** Heartbeats between two looks: five minutes. */
  private static final int LOOK_EVERY = 30;

  private final Path root;
  private final Consumer<String> warns;
  private int known;
  private int left = LOOK_EVERY;

  /** Those that there are now are the ones that the node was started with. */
  LateGpus(Path root, Consumer<String> warns) {
    this.root = root;
    this.warns = warns;
    this.known = count();
  }

  /** Looks now and then. */
  void look() {
    if (--left > 0) {
      return;
    }
    left = LOOK_EVERY;
    int now = count();
    if (now > known) {
      warns.accept(
          "drivers have brought GPUs since the agent started: "
              + now
              + ", not "
              + known
              + "; start launcher and agent anew so that jobs can ask for them");
      known = now;
    }
  }

  /** As the start of a node finds them. */
  private int count() {
    int nvidia =
        Files.isDirectory(root.resolve("proc/driver/nvidia"))
            ? count(root.resolve("dev"), "nvidia[0-9]*")
            : 0;
    return nvidia == 0 && Files.exists(root.resolve("dev/kfd"))
        ? count(root.resolve("dev/dri"), "renderD[0-9]*")
        : nvidia;
  }

  private static int count(Path folder, String glob) {
    int count = 0;
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, glob)) {
      for (Path _ : found) {
        count++;
      }
    } catch (IOException e) {
      return 0;
    }
    return count;
  }
}
