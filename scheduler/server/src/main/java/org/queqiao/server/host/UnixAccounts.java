package org.queqiao.server.host;

import java.io.IOException;
import java.util.OptionalInt;

/** The numbers of Unix users. */
@FunctionalInterface
public interface UnixAccounts {
  /**
   * The number of a user, if there is one. May wait for a directory service: never on an event
   * loop.
   *
   * @throws IOException when the name service does not answer
   */
  OptionalInt uidOf(String name) throws IOException;
}
