package org.queqiao.accounting.archive;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What is in the folder of an archived month, as lines of words.
 *
 * @param month {@code YYYY-MM}
 * @param chain the stretch of the chain of postings that is in it
 * @param parts each a file
 */
public record Manifest(String month, Chain chain, List<Part> parts) {
  public static final String FILE = "manifest";

  /** The version of these files. */
  private static final String FORMAT = "queqiao-archive 1";

  private static final String NONE = "-";

  public Manifest {
    parts = List.copyOf(parts);
  }

  /**
   * A stretch of the chain of postings.
   *
   * @param firstSeq its first posting, or 0 for none
   * @param lastSeq its last
   * @param hashBefore of the posting before, in hexadecimal
   * @param hashAfter of the last
   * @param firstPosition of the log
   * @param lastPosition of the log
   */
  public record Chain(
      long firstSeq,
      long lastSeq,
      String hashBefore,
      String hashAfter,
      long firstPosition,
      long lastPosition) {
    public static final Chain NONE = new Chain(0, 0, "", "", 0, 0);
  }

  /**
   * A part of a table.
   *
   * @param name of the part
   * @param of which table it is a part
   * @param from where it begins, as the partition says it
   * @param to where it ends
   * @param columns in their order
   * @param rows how many
   * @param bytes of the file
   * @param sha256 of the file, in hexadecimal
   * @param blocks what it is made of
   */
  public record Part(
      String name,
      String of,
      String from,
      String to,
      List<String> columns,
      long rows,
      long bytes,
      String sha256,
      List<Block> blocks) {
    public Part {
      columns = List.copyOf(columns);
      blocks = List.copyOf(blocks);
    }

    /** How many rows are in the blocks that may have a job. */
    public long rowsOf(long job) {
      return blocks.stream().filter(each -> each.mayHave(job)).mapToLong(Block::rows).sum();
    }

    public String file() {
      return name + ".csv.gz";
    }
  }

  /**
   * Rows that are compressed by themselves, so that a job is found without reading all.
   *
   * @param offset in the file
   * @param bytes how many
   * @param sha256 of them, in hexadecimal
   * @param firstJob the least number of a job in it; more than the last where none is
   * @param lastJob the highest
   */
  public record Block(
      long offset, long bytes, long rows, String sha256, long firstJob, long lastJob) {
    /** Whether rows of a job may be in it, or of 0, of no job. */
    public boolean mayHave(long job) {
      return job == 0 || firstJob <= job && job <= lastJob;
    }
  }

  /** SHA-256, which every JDK has. */
  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** SHA-256 over the lines, in hexadecimal. */
  public String sha256() {
    return HexFormat.of().formatHex(digest().digest(write().getBytes(StandardCharsets.UTF_8)));
  }

  /** The lines. */
  public String write() {
    StringBuilder out = new StringBuilder();
    line(out, FORMAT);
    line(out, "month", month);
    line(
        out,
        "postings",
        chain.firstSeq(),
        chain.lastSeq(),
        word(chain.hashBefore()),
        word(chain.hashAfter()));
    line(out, "positions", chain.firstPosition(), chain.lastPosition());
    for (Part each : parts) {
      line(
          out,
          "part",
          each.name(),
          each.of(),
          word(each.from()),
          each.to(),
          each.rows(),
          each.bytes(),
          each.sha256());
      line(out, "columns", String.join(",", each.columns()));
      for (Block block : each.blocks()) {
        line(
            out,
            "block",
            block.offset(),
            block.bytes(),
            block.rows(),
            block.sha256(),
            block.firstJob(),
            block.lastJob());
      }
    }
    return out.toString();
  }

  private static String word(String text) {
    return text.isEmpty() ? NONE : text;
  }

  private static String text(String word) {
    return word.equals(NONE) ? "" : word;
  }

  private static void line(StringBuilder out, Object... words) {
    for (int i = 0; i < words.length; i++) {
      out.append(i == 0 ? "" : " ").append(words[i]);
    }
    out.append('\n');
  }

  /**
   * Reads the lines.
   *
   * @throws ArchiveDamaged when they are not those of a manifest of this version
   */
  public static Manifest read(String text) throws ArchiveDamaged {
    String[] lines = text.split("\n");
    if (!lines[0].equals(FORMAT)) {
      throw new ArchiveDamaged("a manifest begins with '" + FORMAT + "', not '" + lines[0] + "'");
    }
    String month = "";
    Chain chain = Chain.NONE;
    List<Part> parts = new ArrayList<>();
    try {
      for (int i = 1; i < lines.length; i++) {
        String[] words = lines[i].split(" ");
        switch (words[0]) {
          case "month" -> month = words[1];
          case "postings" ->
              chain =
                  new Chain(
                      Long.parseLong(words[1]),
                      Long.parseLong(words[2]),
                      text(words[3]),
                      text(words[4]),
                      0,
                      0);
          case "positions" ->
              chain =
                  new Chain(
                      chain.firstSeq(),
                      chain.lastSeq(),
                      chain.hashBefore(),
                      chain.hashAfter(),
                      Long.parseLong(words[1]),
                      Long.parseLong(words[2]));
          case "part" -> parts.add(part(words, lines, i));
          case "columns", "block" -> {}
          default -> throw new ArchiveDamaged("a manifest has no line '" + words[0] + "'");
        }
      }
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new ArchiveDamaged("the manifest cannot be read: " + e.getMessage());
    }
    return new Manifest(month, chain, parts);
  }

  private static Part part(String[] words, String[] lines, int at) {
    List<String> columns = List.of(lines[at + 1].substring("columns ".length()).split(","));
    List<Block> blocks = new ArrayList<>();
    for (int i = at + 2; i < lines.length && lines[i].startsWith("block "); i++) {
      String[] block = lines[i].split(" ");
      blocks.add(
          new Block(
              Long.parseLong(block[1]),
              Long.parseLong(block[2]),
              Long.parseLong(block[3]),
              block[4],
              Long.parseLong(block[5]),
              Long.parseLong(block[6])));
    }
    return new Part(
        words[1],
        words[2],
        text(words[3]),
        words[4],
        columns,
        Long.parseLong(words[5]),
        Long.parseLong(words[6]),
        words[7],
        blocks);
  }
}
