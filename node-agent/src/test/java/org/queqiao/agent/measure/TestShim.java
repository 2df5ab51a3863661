package org.queqiao.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.queqiao.agent.jna.Shim;

/** The library as it was built. */
final class TestShim {
  private TestShim() {}

  static Shim load() {
    Path file = Path.of(System.getProperty("queqiao.root"), "native/target/bin/libqueqiao-shim.so");
    System.setProperty("queqiao.shim", file.toString());
    Shim shim = Shim.load();
    assertThat(shim.absence()).isEmpty();
    return shim;
  }
}
