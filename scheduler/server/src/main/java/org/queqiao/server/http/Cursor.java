package org.queqiao.server.http;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.queqiao.accounting.sql.LineRuns;
import org.queqiao.accounting.sql.PostingReads;

/** Cursors of pages: opaque to clients, plain here. */
final class Cursor {
  private static final Pattern RUN = Pattern.compile("r([0-9]{1,18})\\.([0-9]{1,9})");

  private static final Pattern POSTING = Pattern.compile("w([0-9]{1,18})\\.([0-9]{1,6})");

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

  static String ofRunsAfter(LineRuns.After last) {
    return "r" + last.job() + "." + last.attempt();
  }

  /** Behind which run of a line the page begins. */
  static LineRuns.After runsAfter(String cursor) {
    if (cursor == null) {
      return LineRuns.After.NOTHING;
    }
    Matcher found = RUN.matcher(cursor);
    if (!found.matches()) {
      throw wrong();
    }
    return new LineRuns.After(Long.parseLong(found.group(1)), Integer.parseInt(found.group(2)));
  }

  static String ofPostingsBefore(PostingReads.Before last) {
    return "w" + last.position() + "." + last.told();
  }

  /** Behind which posting of a wallet the page begins. */
  static PostingReads.Before postingsBefore(String cursor) {
    if (cursor == null) {
      return PostingReads.Before.NOTHING;
    }
    Matcher found = POSTING.matcher(cursor);
    if (!found.matches()) {
      throw wrong();
    }
    return new PostingReads.Before(
        Long.parseLong(found.group(1)), Integer.parseInt(found.group(2)));
  }

  static String ofSkipped(int count) {
    return "s" + count;
  }

  /** How many items come before the page. */
  static int skipped(String cursor) {
    if (cursor == null) {
      return 0;
    }
    if (!cursor.matches("s[0-9]{1,9}")) {
      throw wrong();
    }
    return Integer.parseInt(cursor.substring(1));
  }

  static Refused wrong() {
    return Refused.malformed("cursor", "cursor is not one that this server gave out");
  }
}
