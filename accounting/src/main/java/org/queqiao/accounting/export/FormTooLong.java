package org.queqiao.accounting.export;

import java.io.IOException;

/** A form has more rows than its kind of file may have. */
public final class FormTooLong extends IOException {
  FormTooLong(String message) {
    super(message);
  }
}
