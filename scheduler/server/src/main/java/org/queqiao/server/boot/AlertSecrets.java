package org.queqiao.server.boot;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.server.alert.AlertDesk;
import org.queqiao.server.alert.AlertDesks;
import org.queqiao.server.config.Alerts;

/** Opens the desk for alerts with the secrets that the configuration names. */
final class AlertSecrets {
  private AlertSecrets() {}

  static AlertDesk open(Vertx vertx, Ledger ledger, Alerts settings) throws IOException {
    return AlertDesks.open(
        vertx,
        ledger,
        settings,
        secret("alerts.mailPasswordFile", settings.mailPasswordFile()),
        secret("alerts.webhookSecretFile", settings.webhookSecretFile()));
  }

  private static String secret(String key, String file) throws IOException {
    return file.isEmpty() ? "" : NamedSecrets.password(key, Path.of(file));
  }
}
