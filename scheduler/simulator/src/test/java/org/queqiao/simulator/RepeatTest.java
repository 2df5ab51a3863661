package org.queqiao.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RepeatTest {
  @Test
  void aSeedGivesTheSameHistoryTwice() {
    for (long seed = 1; seed <= 5; seed++) {
      assertThat(history(seed)).isEqualTo(history(seed));
    }
  }

  private static String history(long seed) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Simulation simulation = new Simulation(Scenario.of(seed), new Seams());
    simulation.traceTo(new PrintStream(out, false, StandardCharsets.UTF_8));
    assertThat(simulation.run()).isNull();
    return out.toString(StandardCharsets.UTF_8) + simulation.digest();
  }

  @Test
  void twoStartsOfTheVirtualMachineGiveTheSameDigest() throws Exception {
    String first = start("-Duser.language=tr", "-Duser.timezone=Asia/Shanghai");
    String second = start("-Duser.language=en", "-XX:+UseSerialGC");
    assertThat(first).contains("every invariant held, StateDigest");
    assertThat(second).isEqualTo(first);
  }

  private static String start(String... options) throws IOException, InterruptedException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    ProcessBuilder builder = new ProcessBuilder(java.toString());
    builder.command().addAll(List.of(options));
    builder
        .command()
        .addAll(
            List.of(
                "-cp",
                System.getProperty("java.class.path"),
                SimulateMain.class.getName(),
                "--seed",
                "7"));
    builder.redirectErrorStream(false);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return out;
  }
}
