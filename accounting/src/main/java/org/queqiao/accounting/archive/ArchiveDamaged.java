package org.queqiao.accounting.archive;

import java.io.IOException;

/** A file of the archive is missing or is not as it was written. */
public final class ArchiveDamaged extends IOException {
  private static final long serialVersionUID = 1;

  public ArchiveDamaged(String what) {
    super(what);
  }
}
