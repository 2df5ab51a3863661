package org.queqiao.server.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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

  /** A library beside the real one whose version is that of the next Slurm. */
  @Test
  void aLibraryOfAnotherSlurmIsRefusedByItsNumber() throws Exception {
    SlurmSite.needShim();
    Path source = Files.writeString(folder.resolve("other.c"), OTHER_LIBRARY);
    Path other = folder.resolve("other.so");
    Process compiler =
        new ProcessBuilder(
                "cc",
                "-shared",
                "-fPIC",
                "-o",
                other.toString(),
                source.toString(),
                "-Wl,--no-as-needed",
                SlurmSite.SHIM.toString(),
                "-Wl,-rpath," + SlurmSite.SHIM.getParent())
            .inheritIO()
            .start();
    assertThat(compiler.waitFor()).isZero();
    Path configuration = Files.writeString(folder.resolve("slurm.conf"), "ClusterName=test1\n");
    try (SlurmProcess slurm = new SlurmProcess(other, configuration)) {
      assertSays(
          slurm, "libslurm.so.39 is loaded; this shim was built for libslurm.so.38 (Slurm 22.05)");
    }
  }

  private static final String OTHER_LIBRARY =
      "long slurm_api_version(void);\nlong slurm_api_version(void) { return 39L << 16; }\n";

  @Test
  void aMungeThatIsAwayIsSaidAndEndsNothing() throws IOException {
    SlurmSite.needShim();
    Path configuration = folder.resolve("slurm.conf");
    // Somebody listens in the place of slurmctld: the question gets as far as its seal.
    try (ServerSocket controller = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Files.writeString(
          configuration,
          "ClusterName=test1\nSlurmctldHost=h(127.0.0.1)\nSlurmctldPort="
              + controller.getLocalPort()
              + "\nAuthInfo=socket="
              + folder.resolve("munge")
              + "\nMessageTimeout=2\n");
      try (SlurmProcess slurm = new SlurmProcess(SlurmSite.SHIM, configuration)) {
        assertSays(slurm, "Protocol authentication error");
        assertSays(slurm, "Protocol authentication error");
      }
    }
  }
}
