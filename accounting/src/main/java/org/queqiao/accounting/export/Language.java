package org.queqiao.accounting.export;

/** A language that forms are written in. */
public enum Language {
  EN,
  ZH;

  /** The text of this language. */
  String of(String english, String chinese) {
    return this == EN ? english : chinese;
  }
}
