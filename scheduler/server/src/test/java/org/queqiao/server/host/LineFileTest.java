package org.queqiao.server.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines that are added one by one are there after a crash at any byte. */
class LineFileTest {
  @TempDir Path folder;

  @Test
  void aFileCutAtAnyByteHasItsWholeLinesAndTakesNewOnes() throws Exception {
    Path whole = folder.resolve("whole");
    LineFile written = LineFile.open(whole);
    written.add("first");
    written.add("the second 鹊");
    written.add("third");
    byte[] content = Files.readAllBytes(whole);
    List<String> lines = List.of("first", "the second 鹊", "third");
    for (int cut = 0; cut <= content.length; cut++) {
      Path file = folder.resolve("cut" + cut);
      Files.write(file, Arrays.copyOf(content, cut));
      long ends =
          new String(content, 0, cut, StandardCharsets.ISO_8859_1)
              .chars()
              .filter(each -> each == '\n')
              .count();
      LineFile again = LineFile.open(file);
      assertThat(again.read()).isEqualTo(lines.subList(0, (int) ends));
      again.add("n");
      List<String> wanted = new ArrayList<>(lines.subList(0, (int) ends));
      wanted.add("n");
      assertThat(LineFile.open(file).read()).isEqualTo(wanted);
    }
  }

  @Test
  void whatAFailedWriteLeftIsCutOffByTheNextOne() throws Exception {
    Path path = folder.resolve("lines");
    LineFile file = LineFile.open(path);
    file.add("good");
    Files.writeString(path, "half of a long line\nand more", StandardOpenOption.APPEND);
    file.add("next");
    assertThat(Files.readString(path)).isEqualTo("good\nnext\n");
    assertThat(file.lines()).isEqualTo(2);
  }

  @Test
  void aReplacedFileHasTheNewLinesOnlyAndNobodyElseReadsIt() throws Exception {
    Path path = folder.resolve("lines");
    LineFile file = LineFile.open(path);
    file.add("one");
    file.replace(List.of("two", "three"));
    file.add("four");
    assertThat(LineFile.open(path).read()).containsExactly("two", "three", "four");
    assertThat(Files.getPosixFilePermissions(path)).isEqualTo(WholeFile.OWNER_ONLY);
  }
}
