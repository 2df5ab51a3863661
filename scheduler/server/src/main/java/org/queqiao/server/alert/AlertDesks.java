package org.queqiao.server.alert;

import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.server.config.Alerts;

/** Opens the desk for alerts as the configuration says. */
public final class AlertDesks {
  private static final long LOOK_EVERY_MS = 5_000;

  private AlertDesks() {}

  /**
   * Begins to look and to send.
   *
   * @param password of the mail server, or empty
   * @param secret of the webhook, or empty
   */
  public static AlertDesk open(
      Vertx vertx, Ledger ledger, Alerts settings, String password, String secret) {
    List<AlertChannel> channels = new ArrayList<>();
    if (!settings.mailHost().isEmpty()) {
      channels.add(new Mail(settings, password));
    }
    if (settings.webhookUrl() != null) {
      channels.add(
          new Webhook(
              vertx,
              settings.webhookUrl(),
              secret,
              settings.privateAddresses(),
              Webhook.ANSWER_MS,
              InstantSource.system()));
    }
    AlertDesk desk =
        new AlertDesk(
            ledger.reads(),
            ledger.calendar(),
            settings.lowBalanceMicro(),
            settings.expiringMs(),
            channels,
            InstantSource.system());
    desk.start(LOOK_EVERY_MS);
    return desk;
  }
}
