package org.queqiao.server.http;

/** Cursors of pages: opaque to clients, plain here. */
final class Cursor {
  private Cursor() {}

  static String ofJobsBefore(long id) {
    return "j" + id;
  }

  /** Jobs with a lower number than this come next; all of them for null. */
  static long jobsBefore(String cursor) {
    if (cursor == null) {
      return Long.MAX_VALUE;
    }
    try {
      if (cursor.matches("j[0-9]{1,19}")) {
        return Long.parseLong(cursor.substring(1));
      }
    } catch (NumberFormatException e) {
      // Answered below: no cursor of ours.
    }
    throw wrong();
  }

  /** After a name comes what sorts behind it. */
  static String ofNamesAfter(String name) {
    return "n" + name;
  }

  /** The name to go on behind, or null. */
  static String namesAfter(String cursor) {
    if (cursor == null) {
      return null;
    }
    if (cursor.length() < 2 || cursor.charAt(0) != 'n') {
      throw wrong();
    }
    return cursor.substring(1);
  }

  static Refused wrong() {
    return Refused.malformed("cursor", "cursor is not one that this server gave out");
  }
}
