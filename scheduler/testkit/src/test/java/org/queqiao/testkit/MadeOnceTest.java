package org.queqiao.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MadeOnceTest {
  @TempDir Path folder;

  @Test
  void isMadeOnceAndEachCopyIsItsOwn() throws Exception {
    int[] times = {0};
    MadeOnce once =
        new MadeOnce(
            made -> {
              times[0]++;
              Files.createDirectories(made.resolve("programs/bin"));
              Files.writeString(made.resolve("programs/bin/run"), "run");
              Files.createSymbolicLink(made.resolve("programs/link"), Path.of("bin/run"));
              Files.createDirectory(
                  made.resolve("data"),
                  PosixFilePermissions.asFileAttribute(
                      PosixFilePermissions.fromString("rwx------")));
              Files.writeString(made.resolve("data/rows"), "none");
            },
            "programs");
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    once.copyTo(first);
    Files.writeString(first.resolve("data/rows"), "some");
    once.copyTo(second);
    assertThat(times[0]).isEqualTo(1);
    assertThat(second.resolve("data/rows")).hasContent("none");
    assertThat(second.resolve("programs/link")).isSymbolicLink().hasContent("run");
    assertThat(Files.getPosixFilePermissions(second.resolve("data"))).hasSize(3);
    assertThat(Files.getAttribute(second.resolve("programs/bin/run"), "unix:ino"))
        .isEqualTo(Files.getAttribute(first.resolve("programs/bin/run"), "unix:ino"));
  }
}
