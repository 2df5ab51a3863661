package org.queqiao.core.explain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Tables for terminals. */
final class TableTest {
  @Test
  void columnsLineUpAlsoBehindWideCharacters() {
    String text =
        new Table(">ID", "NAME", "STATE")
            .row(7, "气候", "PENDING")
            .row(12, "ab", "RUNNING")
            .toString();
    assertThat(text).isEqualTo("ID  NAME  STATE\n 7  气候  PENDING\n12  ab    RUNNING\n");
  }

  @Test
  void nothingInACellSteersTheTerminal() {
    assertThat(new Table("A").row("x\u001b[31m\u202e").toString())
        .isEqualTo("A\nx\\u001b[31m\\u202e\n");
  }
}
