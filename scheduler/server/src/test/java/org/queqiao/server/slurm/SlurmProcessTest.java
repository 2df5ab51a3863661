package org.queqiao.server.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.agent.slurm.History;
import org.queqiao.agent.slurm.SlurmException;
import org.queqiao.agent.slurm.SlurmProcess;

/** What the bridge says where Slurm cannot be asked. */
final class SlurmProcessTest {
  @TempDir Path folder;

  private static void assertSays(SlurmProcess slurm, String what) {
    assertThatThrownBy(() -> new History(slurm, 0, "").read(0, 1_000))
        .isInstanceOf(SlurmException.class)
        .hasMessageContaining(what);
  }

  @Test
  void whatIsMissingIsSaid() throws IOException {
    Path shim = folder.resolve("shim.so");
    try (SlurmProcess slurm = new SlurmProcess(shim, null)) {
      assertSays(slurm, "there is no shim to Slurm at " + shim);
    }
    Files.writeString(shim, "no library");
    Path configuration = folder.resolve("slurm.conf");
    try (SlurmProcess slurm = new SlurmProcess(shim, configuration)) {
      assertSays(slurm, "the configuration of Slurm, " + configuration + ", is not there");
    }
    Files.writeString(configuration, "");
    try (SlurmProcess slurm = new SlurmProcess(shim, configuration)) {
      assertSays(slurm, "the shim to Slurm cannot be loaded");
    }
  }

  @Test
  void aKeyOfALaterSlurmIsNamed() throws IOException {
    SlurmSite.needShim();
    Path configuration = folder.resolve("slurm.conf");
    Files.writeString(configuration, "ClusterName=test1\nSlurmctldHost=h\nTLSType=tls/s2n\n");
    try (SlurmProcess slurm = new SlurmProcess(SlurmSite.SHIM, configuration)) {
      assertSays(slurm, "unrecognized key: TLSType");
    }
  }

  @Test
  void aSlurmctldThatIsAwayIsSaidAndEndsNothing() throws IOException {
    SlurmSite.needShim();
    Path configuration = folder.resolve("slurm.conf");
    Files.writeString(
        configuration,
        "ClusterName=test1\nSlurmctldHost=h(127.0.0.1)\nSlurmctldPort=1\nAuthInfo=socket="
            + folder.resolve("munge")
            + "\nMessageTimeout=2\n");
    try (SlurmProcess slurm = new SlurmProcess(SlurmSite.SHIM, configuration)) {
      assertSays(slurm, "Unable to contact slurm controller");
      assertSays(slurm, "Unable to contact slurm controller");
    }
  }

  @Test
  void aConfigurationThatEndsTheProcessIsSaid() throws IOException {
    SlurmSite.needShim();
    Path configuration = folder.resolve("slurm.conf");
    Files.writeString(configuration, "ClusterName=test1\nNoSuchKey=1\n");
    try (SlurmProcess slurm = new SlurmProcess(SlurmSite.SHIM, configuration)) {
      assertSays(slurm, "the process with libslurm has ended: ");
      // It is started anew with the next question.
      assertSays(slurm, "the process with libslurm has ended: ");
      assertThat(slurm.cluster()).isEmpty();
    }
  }
}
