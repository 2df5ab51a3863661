package org.queqiao.accounting.witness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The signed months of a ledger: a line each, beside the heads. */
public final class MonthFile {
  /** Its name. */
  public static final String MONTHS = "months";

  private MonthFile() {}

  /**
   * Reads them in their order; none are in a file that is not there, and a line without its end was
   * cut short by a crash and is left out.
   *
   * @throws IOException when the file cannot be read or a line is damaged
   */
  public static List<SignedMonth> read(Path file) throws IOException {
    List<SignedMonth> all = new ArrayList<>();
    if (!Files.exists(file)) {
      return all;
    }
    String text = Files.readString(file, StandardCharsets.US_ASCII);
    String whole = text.substring(0, text.lastIndexOf('\n') + 1);
    for (String line : whole.lines().toList()) {
      try {
        all.add(SignedMonth.parse(line));
      } catch (IllegalArgumentException e) {
        throw new IOException(file + " has a damaged line: " + line, e);
      }
    }
    return all;
  }
}
