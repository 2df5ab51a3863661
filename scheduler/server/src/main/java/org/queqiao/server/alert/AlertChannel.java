package org.queqiao.server.alert;

import java.io.IOException;
import org.queqiao.accounting.sql.AlertBook;

/** A way by which alerts reach people. */
interface AlertChannel {
  /** Under which its deliveries are kept. */
  String name();

  /**
   * Sends one; returns once it was taken over.
   *
   * @throws IOException when it was not, in words that name no secret
   */
  void send(AlertBook.Alert alert) throws IOException, InterruptedException;
}
