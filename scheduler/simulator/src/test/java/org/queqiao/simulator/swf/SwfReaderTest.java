package org.queqiao.simulator.swf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs are read, and a bad one is refused with the line and what is wrong there. */
final class SwfReaderTest {
  private static final String LINE = "1 10 -1 60 4 -1 -1 4 120 -1 1 7 -1 -1 -1 -1 -1 -1\n";

  @TempDir private Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("log.swf"), text);
  }

  @Test
  void aLogIsReadWithItsHeader() throws Exception {
    SwfLog log =
        SwfReader.read(file("; MaxProcs: 128 (of them 4 broken)\n\n" + LINE + "  " + LINE));
    assertThat(log.size()).isEqualTo(2);
    assertThat(log.maxProcs()).isEqualTo(128);
    assertThat(log.submit(1)).isEqualTo(10);
    assertThat(log.run(0)).isEqualTo(60);
    assertThat(log.limit(0)).isEqualTo(120);
    assertThat(log.user(0)).isEqualTo(7);
  }

  @Test
  void aPackedLogIsTheSame() throws Exception {
    Path packed = folder.resolve("log.swf.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write(LINE.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }
    assertThat(SwfReader.read(packed).size()).isEqualTo(1);
  }

  @Test
  void aFractionIsCutOffAndALastLineNeedsNoEnd() throws Exception {
    SwfLog log = SwfReader.read(file(LINE.replace(" 60 ", " 60.75 ").strip()));
    assertThat(log.run(0)).isEqualTo(60);
  }

  @Test
  void aGeneratedLogIsReadBackAsItWas() throws Exception {
    SwfLog log = new LublinModel(5, 64, 9, 2).generate(300);
    Path file = folder.resolve("generated.swf");
    SwfWriter.write(log, "generated", file);
    SwfLog again = SwfReader.read(file);
    assertThat(again.size()).isEqualTo(300);
    assertThat(again.maxProcs()).isEqualTo(64);
    for (int i = 0; i < 300; i++) {
      assertThat(again.submit(i)).isEqualTo(log.submit(i));
      assertThat(again.run(i)).isEqualTo(log.run(i)).isPositive();
      assertThat(again.limit(i)).isEqualTo(log.limit(i)).isGreaterThanOrEqualTo(log.run(i));
      assertThat(again.asked(i)).isEqualTo(log.asked(i)).isBetween(1L, 64L);
      assertThat(again.user(i)).isEqualTo(log.user(i));
    }
  }

  @Test
  void badLogsAreRefusedWithLineAndReason() throws Exception {
    refused(LINE + "1 2 3\n", "line 2: a job has 18 fields, here are 3");
    refused(LINE + LINE.replace("\n", " 5\n"), "line 2: a job has 18 fields, here are more");
    refused(LINE.replace(" 60 ", " sixty "), "line 1: field 4 is not a number, near 's'");
    refused(LINE.replace(" 60 ", " - "), "line 1: field 4 is not a number");
    refused(LINE.replace(" 60 ", " 99999999999999999999 "), "line 1: field 4 is too large");
    refused("; nothing\n", "has no job lines");
    refused("", "has no job lines");
  }

  private void refused(String text, String message) throws IOException {
    Path file = file(text);
    assertThatThrownBy(() -> SwfReader.read(file))
        .isInstanceOf(BadLog.class)
        .hasMessageContaining(message);
  }

  @Test
  void aFileThatIsNotThereOrCutShortIsSaid() throws Exception {
    assertThatThrownBy(() -> SwfReader.read(folder.resolve("none.swf")))
        .isInstanceOf(BadLog.class)
        .hasMessageContaining("there is no file");
    assertThatThrownBy(() -> SwfReader.read(folder))
        .isInstanceOf(BadLog.class)
        .hasMessageContaining("is a folder");
    Path cut = folder.resolve("cut.swf.gz");
    Files.write(cut, new byte[] {0x1f, (byte) 0x8b, 8, 0});
    assertThatThrownBy(() -> SwfReader.read(cut))
        .isInstanceOf(BadLog.class)
        .hasMessageContaining("is not a whole gzip file");
  }
}
