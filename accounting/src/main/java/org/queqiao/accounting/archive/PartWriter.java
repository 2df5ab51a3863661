package org.queqiao.accounting.archive;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * Writes a part of a table as CSV in blocks, each compressed by itself; together they are one file
 * for gzip. What is closed before its end leaves nothing.
 */
public final class PartWriter implements AutoCloseable {
  private static final int BLOCK_ROWS = 10_000;
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;
  private final FileChannel channel;
  private final Digested whole;
  private final List<Manifest.Block> blocks = new ArrayList<>();
  private MessageDigest ofBlock;
  private GZIPOutputStream block;
  private long offset;
  private long rows;
  private long rowsOfBlock;
  private long firstJob = Long.MAX_VALUE;
  private long lastJob;

  /**
   * Begins the file of a part.
   *
   * @param folder of its month
   * @param columns its heading
   */
  public PartWriter(Path folder, Manifest.Part part, List<String> columns) throws IOException {
    this.file = folder.resolve(part.file());
    this.channel = ArchiveFolder.create(file);
    this.whole =
        new Digested(new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES));
    open();
    block.write((String.join(",", columns) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private void open() throws IOException {
    ofBlock = Manifest.digest();
    whole.alsoTo(ofBlock);
    block = new GZIPOutputStream(whole, BUFFER_BYTES);
  }

  /**
   * A row with its line feed.
   *
   * @param job of which it is, or 0
   */
  public void add(byte[] row, long job) throws IOException {
    if (rowsOfBlock == BLOCK_ROWS) {
      endBlock();
      open();
    }
    block.write(row);
    rows++;
    rowsOfBlock++;
    if (job > 0) {
      firstJob = Math.min(firstJob, job);
      lastJob = Math.max(lastJob, job);
    }
  }

  private void endBlock() throws IOException {
    block.finish();
    blocks.add(
        new Manifest.Block(
            offset,
            whole.bytes - offset,
            rowsOfBlock,
            HexFormat.of().formatHex(ofBlock.digest()),
            firstJob,
            lastJob));
    offset = whole.bytes;
    rowsOfBlock = 0;
    firstJob = Long.MAX_VALUE;
    lastJob = 0;
  }

  /** All rows are there: the file is on the disk under its name. */
  public Manifest.Part end(Manifest.Part part, List<String> columns) throws IOException {
    endBlock();
    whole.flush();
    channel.force(true);
    channel.close();
    ArchiveFolder.finish(file);
    return new Manifest.Part(
        part.name(),
        part.of(),
        part.from(),
        part.to(),
        columns,
        rows,
        whole.bytes,
        HexFormat.of().formatHex(whole.digest.digest()),
        blocks);
  }

  @Override
  public void close() throws IOException {
    channel.close();
    ArchiveFolder.discard(file);
  }

  /** Counts and digests what goes through it. */
  private static final class Digested extends FilterOutputStream {
    private final MessageDigest digest = Manifest.digest();
    private MessageDigest also;
    private long bytes;

    Digested(OutputStream out) {
      super(out);
    }

    void alsoTo(MessageDigest other) {
      also = other;
    }

    @Override
    public void write(int each) throws IOException {
      write(new byte[] {(byte) each}, 0, 1);
    }

    @Override
    public void write(byte[] some, int from, int length) throws IOException {
      out.write(some, from, length);
      digest.update(some, from, length);
      also.update(some, from, length);
      bytes += length;
    }
  }
}
