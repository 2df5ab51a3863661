package org.queqiao.accounting.export;

import java.io.IOException;
import java.io.OutputStream;

/** Writes forms as files of one kind. */
public enum FormWriter {
  /** RFC 4180, UTF-8 with a mark of byte order, the tables one below the other. */
  CSV("text/csv; charset=utf-8") {
    @Override
    public void write(Form form, OutputStream out) throws IOException {
      CsvForm.write(form, out);
    }
  },
  /** Office Open XML, a sheet for each table. */
  XLSX("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet") {
    @Override
    public void write(Form form, OutputStream out) throws IOException {
      XlsxForm.write(form, out);
    }
  },
  /** A4 pages. */
  PDF("application/pdf") {
    @Override
    public void write(Form form, OutputStream out) throws IOException {
      PdfForm.write(form, out);
    }
  };

  private final String mediaType;

  FormWriter(String mediaType) {
    this.mediaType = mediaType;
  }

  /** The media type of the files. */
  public String mediaType() {
    return mediaType;
  }

  /**
   * Writes a form and leaves the stream open.
   *
   * @throws FormTooLong before anything is written, when a PDF cannot have so many rows
   * @throws IOException when the stream fails
   */
  public abstract void write(Form form, OutputStream out) throws IOException;
}
