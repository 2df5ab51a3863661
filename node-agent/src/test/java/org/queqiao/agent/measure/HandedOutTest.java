package org.queqiao.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.agent.jna.Shim;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;

/** Where the agent listens for counters, and what it says when it cannot. */
final class HandedOutTest {
  private static final List<RunId> ONE = List.of(new RunId(new JobId(1), 1));

  @TempDir private Path spool;

  private final Shim shim = TestShim.load();
  private final List<String> warnings = new ArrayList<>();
  private Path folder;
  private Path socket;

  @BeforeEach
  void nameThem() {
    folder = spool.resolve("counters");
    socket = folder.resolve("1");
  }

  private HandedOut open() {
    return new HandedOut(shim, folder, (run, number) -> {}, warnings::add);
  }

  private void makeFolder(String permissions) throws IOException {
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
  }

  @Test
  void whyItCannotListenIsSaidOnce() throws IOException {
    try (HandedOut handedOut = open()) {
      handedOut.askAgain(List.of());
      assertThat(warnings).as("nothing is to be taken").isEmpty();
      handedOut.askAgain(ONE);
      handedOut.askAgain(ONE);
      String missing = folder + ": there is no such folder";
      assertThat(handedOut.absence()).contains(missing);
      assertThat(warnings).singleElement().asString().endsWith(missing);
      makeFolder("rwxr-x---");
      handedOut.askAgain(ONE);
      handedOut.askAgain(ONE);
      String open = folder + ": the folder is not the agent's alone";
      assertThat(handedOut.absence()).contains(open);
      assertThat(warnings).hasSize(2).last().asString().endsWith(open);
      makeFolder("rwx------");
      assertThat(handedOut.absence()).isEmpty();
      assertThat(socket).exists();
      assertThat(warnings).hasSize(2);
    }
  }

  @Test
  void itListensAnewWhereItsSocketIsGone() throws IOException {
    makeFolder("rwx------");
    try (HandedOut handedOut = open()) {
      assertThat(handedOut.absence()).isEmpty();
      Files.delete(socket);
      handedOut.askAgain(ONE);
      assertThat(socket).as("asked for the first time").doesNotExist();
      handedOut.askAgain(ONE);
      assertThat(socket).as("asked in vain").exists();
      assertThat(warnings).isEmpty();
    }
  }

  @Test
  void itListensAnewWhereAnotherAgentTookItsPlace() throws IOException {
    makeFolder("rwx------");
    try (HandedOut handedOut = open();
        HandedOut other = open()) {
      assertThat(handedOut.absence()).isEmpty();
      assertThat(other.absence()).isEmpty();
      // Of a link to the socket that lies there now nothing is left once it is made anew.
      Files.createLink(spool.resolve("of-another"), socket);
      handedOut.askAgain(ONE);
      handedOut.askAgain(ONE);
      assertThat(Files.getAttribute(spool.resolve("of-another"), "unix:nlink")).isEqualTo(1);
      assertThat(socket).exists();
    }
  }
}
