package org.queqiao.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a test needs of the machine. */
public final class Installed {
  private Installed() {}

  /**
   * The command of all tests installs packages for root: there, what is missing is a failure. Who
   * cannot install anything passes the test over, with the reason.
   */
  public static void need(List<Path> files, String how) {
    List<Path> missing = files.stream().filter(each -> !Files.exists(each)).toList();
    if (isRoot()) {
      assertThat(missing).as(how).isEmpty();
    }
    assumeTrue(missing.isEmpty(), () -> "missing: " + missing + "; " + how);
  }

  public static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }
}
