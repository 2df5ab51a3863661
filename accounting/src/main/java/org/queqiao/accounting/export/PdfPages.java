package org.queqiao.accounting.export;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.PDPageContentStream.AppendMode;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.apache.pdfbox.pdmodel.graphics.state.RenderingMode;

/** A pen that writes from the top of A4 pages to their foot. Lengths are points. */
final class PdfPages implements AutoCloseable {
  static final float MARGIN = 48;
  static final float WIDTH = PDRectangle.A4.getWidth() - 2 * MARGIN;
  static final float HEIGHT = PDRectangle.A4.getHeight() - 2 * MARGIN;

  private static final String FONT = "noto-sans-sc-chinese-simplified-400-normal.woff";
  private static final float GREY = 0.35f;
  private static final int FOOT = 8;
  private static final char UNKNOWN = '〓';

  private final PDDocument document = new PDDocument();
  private final PDFont font;
  private PDPageContentStream page;
  private float y;

  /** What the foot of a page says. */
  interface Numbering {
    String of(int page, int pages);
  }

  /** The font that ships with the program is unpacked once. */
  private static final class Glyphs {
    /** Of its variants of Chinese characters (cmap format 14) the library warns with each file. */
    private static final Logger QUIET = Logger.getLogger("org.apache.fontbox.ttf.CmapSubtable");

    static final byte[] TRUE_TYPE = read();

    private static byte[] read() {
      QUIET.setLevel(Level.SEVERE);
      try (InputStream in = PdfPages.class.getResourceAsStream(FONT)) {
        return Woff.unpack(in.readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException("the font of the program cannot be read", e);
      }
    }
  }

  PdfPages(String title) throws IOException {
    document.getDocumentInformation().setTitle(title);
    document.getDocumentInformation().setProducer("Queqiao");
    font = PDType0Font.load(document, new ByteArrayInputStream(Glyphs.TRUE_TYPE), true);
    next();
  }

  private void next() throws IOException {
    if (page != null) {
      page.close();
    }
    PDPage sheet = new PDPage(PDRectangle.A4);
    document.addPage(sheet);
    page = new PDPageContentStream(document, sheet);
    y = PDRectangle.A4.getHeight() - MARGIN;
  }

  /** Goes to the next page when less than this is left; says whether it did. */
  boolean room(float needed) throws IOException {
    if (y - needed >= MARGIN || y >= PDRectangle.A4.getHeight() - MARGIN) {
      return false;
    }
    next();
    return true;
  }

  void gap(float points) {
    y -= points;
  }

  void down(float points) {
    y -= points;
  }

  /** Text from the left margin, in as many lines as it needs. */
  void line(int size, boolean bold, String text) throws IOException {
    for (String each : wrap(text, size, WIDTH)) {
      room(size * 1.4f);
      text(MARGIN, size, size, bold, each);
      down(size * 1.4f);
    }
  }

  /** A name and its value beside it. */
  void pair(String name, String value) throws IOException {
    List<String> lines = wrap(value, 10, WIDTH - 110);
    for (int i = 0; i < lines.size(); i++) {
      room(15);
      if (i == 0) {
        page.setNonStrokingColor(GREY);
        text(MARGIN, 10, 10, false, name);
        page.setNonStrokingColor(0f);
      }
      text(MARGIN + 110, 10, 10, false, lines.get(i));
      down(15);
    }
  }

  /** Text whose base line is so far below the pen. */
  void text(float x, float below, int size, boolean bold, String text) throws IOException {
    page.beginText();
    page.setFont(font, size);
    if (bold) {
      // One weight is shipped; its outline drawn as well is the other.
      page.setRenderingMode(RenderingMode.FILL_STROKE);
      page.setLineWidth(size * 0.03f);
    } else {
      page.setRenderingMode(RenderingMode.FILL);
    }
    page.newLineAtOffset(x, y - below);
    page.showText(known(text));
    page.endText();
  }

  void shade(float height) throws IOException {
    page.setNonStrokingColor(0.93f);
    page.addRect(MARGIN, y - height, WIDTH, height);
    page.fill();
    page.setNonStrokingColor(0f);
  }

  void rule(float width) throws IOException {
    page.setLineWidth(width);
    page.setStrokingColor(width < 0.5f ? 0.75f : 0f);
    page.moveTo(MARGIN, y);
    page.lineTo(MARGIN + WIDTH, y);
    page.stroke();
    page.setStrokingColor(0f);
  }

  float width(String text, int size) throws IOException {
    return font.getStringWidth(known(text)) / 1000 * size;
  }

  /**
   * Lines that fit: broken behind spaces and hyphens where that does not waste half of the line,
   * else between any two letters.
   */
  List<String> wrap(String text, int size, float room) throws IOException {
    List<String> lines = new ArrayList<>();
    String rest = known(text);
    while (width(rest, size) > room) {
      int end = 0;
      int space = -1;
      float used = 0;
      while (end < rest.length()) {
        int next = rest.offsetByCodePoints(end, 1);
        used += width(rest.substring(end, next), size);
        if (used > room) {
          break;
        }
        if (rest.charAt(end) == ' ' || rest.charAt(end) == '-') {
          space = next;
        }
        end = next;
      }
      int cut = space * 2 > end ? space : Math.max(end, rest.offsetByCodePoints(0, 1));
      lines.add(rest.substring(0, cut).stripTrailing());
      rest = rest.substring(cut);
    }
    lines.add(rest);
    return lines;
  }

  /** The text with a mark for each character that the font does not have. */
  private String known(String text) throws IOException {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> out.appendCodePoint(has(c) ? c : Character.isWhitespace(c) ? ' ' : UNKNOWN));
    return out.toString();
  }

  private boolean has(int character) {
    try {
      return character >= ' ' && character <= '~'
          || font.encode(Character.toString(character)).length > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (IllegalArgumentException none) {
      return false;
    }
  }

  /** Writes head and foot of every page, which need to know how many there are. */
  void finish(String running, Numbering numbering) throws IOException {
    page.close();
    int pages = document.getNumberOfPages();
    for (int i = 0; i < pages; i++) {
      page = new PDPageContentStream(document, document.getPage(i), AppendMode.APPEND, true, true);
      page.setNonStrokingColor(GREY);
      String foot = numbering.of(i + 1, pages);
      y = MARGIN;
      text(MARGIN + WIDTH - width(foot, FOOT), 22, FOOT, false, foot);
      if (i > 0) {
        y = PDRectangle.A4.getHeight();
        text(MARGIN, 34, FOOT, false, wrap(running, FOOT, WIDTH).getFirst());
      }
      page.close();
    }
    page = null;
  }

  void save(OutputStream to) throws IOException {
    document.save(to);
  }

  @Override
  public void close() throws IOException {
    document.close();
  }
}
