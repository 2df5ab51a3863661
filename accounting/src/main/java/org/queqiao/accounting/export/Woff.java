package org.queqiao.accounting.export;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Unpacks a font of the Web Open Font Format 1.0 (W3C Recommendation of 13 December 2012, sections
 * 3 to 5) into the TrueType file that it was made of. For fonts that ship with the program.
 */
final class Woff {
  private static final int SIGNATURE = 0x774F4646;
  private static final int MOST_BYTES = 64 << 20;

  private Woff() {}

  /**
   * The TrueType file.
   *
   * @throws IOException when it is no such font
   */
  static byte[] unpack(byte[] woff) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(woff);
    if (woff.length < 44 || in.getInt(0) != SIGNATURE) {
      throw new IOException("not a WOFF font");
    }
    int tables = in.getShort(12) & 0xffff;
    int size = in.getInt(16);
    if (size < 0 || size > MOST_BYTES) {
      throw new IOException("a font of " + size + " bytes");
    }
    ByteBuffer out = ByteBuffer.allocate(size);
    int log = 31 - Integer.numberOfLeadingZeros(Math.max(1, tables));
    out.putInt(in.getInt(4)).putShort((short) tables);
    out.putShort((short) (16 << log)).putShort((short) log);
    out.putShort((short) (tables * 16 - (16 << log)));
    int at = 12 + 16 * tables;
    for (int i = 0; i < tables; i++) {
      int entry = 44 + 20 * i;
      int packed = in.getInt(entry + 8);
      int length = in.getInt(entry + 12);
      out.putInt(in.getInt(entry)).putInt(in.getInt(entry + 16)).putInt(at).putInt(length);
      inflate(woff, in.getInt(entry + 4), packed, out.array(), at, length);
      at += (length + 3) & ~3;
    }
    return out.array();
  }

  private static void inflate(byte[] from, int start, int packed, byte[] to, int at, int length)
      throws IOException {
    if (packed == length) {
      System.arraycopy(from, start, to, at, length);
      return;
    }
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(from, start, packed);
      if (inflater.inflate(to, at, length) != length) {
        throw new IOException("a table of the font is cut");
      }
    } catch (DataFormatException e) {
      throw new IOException("a table of the font cannot be unpacked", e);
    } finally {
      inflater.end();
    }
  }
}
