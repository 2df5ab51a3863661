package org.queqiao.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.server.config.ConfigException;

/** Secrets in files that the configuration names. */
final class NamedSecretsTest {
  private static final String KEY = "database.passwordFile";
  @TempDir Path folder;

  private Path file(String text, String mode) throws IOException {
    Path file = folder.resolve("secret");
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return file;
  }

  @Test
  void aPasswordIsReadWithoutTheSpaceAroundIt() throws IOException {
    assertThat(NamedSecrets.password(KEY, file("s3cret\n", "r--------"))).isEqualTo("s3cret");
  }

  @Test
  void c1ASecretThatOthersCanReadIsRefusedByNameAndNotShown() throws IOException {
    for (String mode : new String[] {"rw-r-----", "rw----r--", "rw--w----"}) {
      Path file = file("s3cret\n", mode);
      assertThatThrownBy(() -> NamedSecrets.password(KEY, file))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining(KEY)
          .hasMessageContaining("chmod 600")
          .message()
          .doesNotContain("s3cret");
      assertThatThrownBy(() -> NamedSecrets.checkKey("http.tlsKey", file))
          .hasMessageContaining("http.tlsKey");
    }
  }

  @Test
  void c2AnEmptySecretIsRefused() throws IOException {
    for (String text : new String[] {"", "\n", "  \n\n"}) {
      Path file = file(text, "rw-------");
      assertThatThrownBy(() -> NamedSecrets.password(KEY, file))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("empty");
    }
    assertThatThrownBy(() -> NamedSecrets.password(KEY, folder.resolve("missing")))
        .hasMessageContaining("there is no file");
  }
}
